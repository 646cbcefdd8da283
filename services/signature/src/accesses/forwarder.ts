import type { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import type { ClientOf } from '@lianzheng/rpc';
import { type Loop, startLoop } from '@lianzheng/runtime';
import type { Journal } from './journal.ts';

export type AuditClient = Pick<ClientOf<typeof AuditServiceService>, 'appendAccesses'>;

/** Hands the journal over to audit, oldest first; the same entries again (an answer that was lost) change nothing there. */
export function startForwarder(
  journal: Journal,
  audit: AuditClient,
  onError: (error: unknown) => void,
): Loop {
  return startLoop({
    name: 'forward accesses',
    idleMs: 1_000,
    onError,
    async run(signal) {
      const oldest = await journal.oldest();
      if (!oldest) return 'idle';
      if (oldest.records.length > 0) await audit.appendAccesses({ records: oldest.records }, { signal });
      await journal.drop(oldest.segment);
      return 'again';
    },
  });
}
