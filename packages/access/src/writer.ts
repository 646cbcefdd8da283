import type { Database } from '@lianzheng/db';
import { createRounds } from '@lianzheng/rounds';
import type { AccessInput } from './access.ts';
import { recordAccesses } from './record.ts';

export type AccessWriter = {
  /** Resolves when the entry is durable; entries of calls in flight share one commit. Rejects with this entry's own error. */
  record(access: AccessInput): Promise<void>;
};

const maxItems = 512;

/** For calls that write nothing else. */
export function createAccessWriter(database: Database): AccessWriter {
  const rounds = createRounds<AccessInput, undefined>({
    maxItems,
    // A second one under way would only make both smaller.
    maxInFlight: 1,
    run: (accesses) => recordAccesses(database, accesses),
  });
  return { record: (access) => rounds.call(access) };
}
