import type { Certificate, CertificateList, VerifySignature } from '@lianzheng/seal-certificate';
import type { Judged } from './checks.ts';

/** Whom the verifier trusts, and what else is known beside the file. */
export type Trust = {
  readonly roots: readonly Certificate[];
  readonly intermediates?: readonly Certificate[];
  readonly crls?: readonly CertificateList[];
};

export type VerifyOptions = Trust & {
  readonly now: Date;
  /**
   * When the file's digest already stood under a checkpoint; undefined where that is not known. It proves that every signature in it
   * is older.
   */
  readonly provenAt?: Date;
  /** What a log copy or a node says of the licence. */
  readonly status?: Judged;
  /** Default: by OpenSSL. */
  readonly verifySignature?: VerifySignature;
};
