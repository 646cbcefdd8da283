import type { RefusedCall } from '@lianzheng/rpc';
import { isMeshError, unavailable } from '@lianzheng/rpc/errors';
import type { Clock } from '@lianzheng/runtime';
import { resultOf } from './access.ts';
import { type AccessCatalogue, type AccessFacts, accessOf } from './call-access.ts';
import type { AccessWriter } from './writer.ts';

/**
 * For `beforeRefusal` of a server: the entry of a refused call is durable before the refusal is answered. An entry that
 * cannot be written makes the answer UNAVAILABLE, or DISK_FULL where that is why; an answer that already is UNAVAILABLE tells
 * nobody anything and goes out.
 */
export function refusalRecorder(options: {
  writer: AccessWriter;
  catalogue: AccessCatalogue;
  clock: Clock;
}): (refused: RefusedCall) => Promise<void> {
  const { writer, catalogue, clock } = options;
  return async ({ path, caller, request, error, traceparent }) => {
    const describe = Object.hasOwn(catalogue, path) ? catalogue[path] : undefined;
    if (!describe || !caller) return;
    const facts: AccessFacts = request === undefined ? {} : describe(request as never);
    try {
      await writer.record(accessOf({ path, caller, traceparent }, facts, resultOf(error), clock.now()));
    } catch (cause) {
      if (error.code === 'UNAVAILABLE') return;
      // Says what is wrong here, and nothing of what was asked.
      if (isMeshError(cause, 'RESOURCE_EXHAUSTED')) throw cause;
      throw unavailable('ACCESS_NOT_RECORDED', '访问无法记录 / the access could not be recorded', { cause });
    }
  };
}
