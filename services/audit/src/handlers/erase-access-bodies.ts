import type { EraseAccessBodiesRequest, EraseAccessBodiesResponse } from '@lianzheng/proto/audit/v1/audit';
import { type Call, invalidArgument } from '@lianzheng/rpc';
import { eraseFacts, servedAccess } from '../audited.ts';
import type { Context } from '../context.ts';
import { erasableBefore, KEPT_MONTHS } from '../domain/retention.ts';
import { eraseBodies } from '../store/accesses.ts';
import { insertAccesses } from '../store/insert-accesses.ts';

/** Oldest first; the leaves stay, and the erasing is an access of its own in the same transaction. */
export function eraseAccessBodies({
  database,
  clock,
  events,
}: Pick<Context, 'database' | 'clock' | 'events'>) {
  return async (request: EraseAccessBodiesRequest, call: Call): Promise<EraseAccessBodiesResponse> => {
    const before = parseBefore(request.beforeTime, clock.now());
    const own = servedAccess(call, eraseFacts(request), clock.now());
    const erased = await database.tx(async (tx) => {
      const count = await eraseBodies(tx, before, request.departmentCode, MAX_ERASED);
      await insertAccesses(tx, [own]);
      return count;
    });
    events.bodiesErased(call.caller.uri, before, erased);
    return { erased: BigInt(erased) };
  };
}

const MAX_ERASED = 100_000;

function parseBefore(before: Date | undefined, now: Date): Date {
  if (!before) throw invalidArgument({ field: 'before_time', description: '必填 / required' });
  const latest = erasableBefore(now);
  if (before > latest) {
    const description = `保存未满 ${KEPT_MONTHS} 个月 / must be kept until ${KEPT_MONTHS} months have passed: at most ${latest.toISOString()}`;
    throw invalidArgument({ field: 'before_time', description }, undefined, 'KEPT_TOO_SHORT');
  }
  return before;
}
