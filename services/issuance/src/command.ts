import type { AccessInput } from '@lianzheng/access';
import type { Header } from './domain/header.ts';

/** One command of a department, parsed; what claims and writes need of it. */
export interface Command {
  /** Credit code of the calling department. */
  readonly issuerCode: string;
  readonly header: Header;
  /** Keyed digest of the whole request. */
  readonly digest: Buffer;
  readonly traceparent: string | undefined;
  /** The entry of the access log for the call when it was served. */
  served(subjects: readonly string[], at: Date): AccessInput;
}
