import { accessOf } from '@lianzheng/access';
import { type Call, unavailable } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { accesses } from './catalogue.ts';

/**
 * A handler whose calls stand in the access log: no answer leaves before its entry is durable. Those that fail are
 * recorded by the server (service.ts), with those that were never let in.
 */
export function recorded<I, O>(
  { clock, journal }: Pick<Context, 'clock' | 'journal'>,
  handler: (request: I, call: Call) => Promise<O>,
): (request: I, call: Call) => Promise<O> {
  return async (request, call) => {
    const answer = await handler(request, call);
    const facts = accesses[call.path]?.(request as never) ?? {};
    try {
      await journal.record(accessOf(call, facts, 'OK', clock.now()));
    } catch (cause) {
      throw unavailable('ACCESS_NOT_RECORDED', '访问无法记录 / the access could not be recorded', { cause });
    }
    return answer;
  };
}
