import type {
  ComputeHolderIndicesRequest,
  ComputeHolderIndicesResponse,
  HolderIndexQuery,
} from '@lianzheng/proto/signature/v1/signature';
import {
  type Call,
  type Caller,
  type FieldViolation,
  invalidArgument,
  permissionDenied,
  resourceExhausted,
} from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { holderIndex } from '../domain/holder-index.ts';

import { keyMissing } from './own-log.ts';

const MAX_QUERIES = 2_000;
const MAX_PART_LENGTH = 100;
/** About a millisecond of work. */
const AT_ONCE = 200;

/** Whoever may ask for indices could try all codes: hence the rate, and the entry in the access log (handlers/index.ts). */
export function computeHolderIndices(context: Context) {
  return async (
    { queries }: ComputeHolderIndicesRequest,
    { caller, signal }: Call,
  ): Promise<ComputeHolderIndicesResponse> => {
    requireQueries(queries);
    const keys = context.keystore.listKeys('holder-index').filter(({ entry }) => !entry.retiredAt);
    if (keys.length === 0) throw keyMissing('holder-index');
    takeTokens(context, caller, queries.length);
    context.events.indicesComputed(caller.id, queries.length);
    const indices = await context.slices(queries, AT_ONCE, signal, (query) => ({
      entries: keys.map((key) => ({ keyId: key.entry.keyId, index: holderIndex(key, query) })),
    }));
    return { indices };
  };
}

function takeTokens({ indexLimits, clock, events }: Context, { id, uri }: Caller, count: number): void {
  const limit = indexLimits.get(id);
  if (!limit) throw permissionDenied('NO_INDEX_RATE', `无权计算索引 / ${uri} gets no indices`);
  const waitMs = limit.take(count, clock.nowMs());
  if (waitMs === 0) return;
  events.indicesLimited(id, count, waitMs);
  throw resourceExhausted('INDEX_RATE', '索引计算过于频繁 / too many holder indices', {
    retryAfterMs: waitMs,
  });
}

/** Names fields only: codes are personal data. */
function requireQueries(queries: readonly HolderIndexQuery[]): void {
  const wrong: FieldViolation[] = [];
  if (queries.length > MAX_QUERIES) {
    wrong.push({ field: 'queries', description: `多于 ${MAX_QUERIES} 个 / more than ${MAX_QUERIES}` });
  }
  queries.forEach(({ codeKind, code, typeCode }, i) => {
    const parts = { code_kind: codeKind, code, type_code: typeCode };
    for (const [name, part] of Object.entries(parts)) {
      if (part !== '' && part.length <= MAX_PART_LENGTH) continue;
      wrong.push({
        field: `queries[${i}].${name}`,
        description: '须为 1 至 100 个字符 / must have 1 to 100 characters',
      });
    }
  });
  if (wrong.length > 0) throw invalidArgument(wrong);
}
