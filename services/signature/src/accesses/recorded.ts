import { accessOf, resultOf } from '@lianzheng/access';
import { type Call, unavailable } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { accesses } from './catalogue.ts';

/** A handler whose calls, served or refused, stand in the access log: no answer leaves before its entry is durable. */
export function recorded<I, O>(
  context: Pick<Context, 'clock' | 'journal' | 'events'>,
  handler: (request: I, call: Call) => Promise<O>,
): (request: I, call: Call) => Promise<O> {
  return async (request, call) => {
    const outcome = await settled(handler(request, call));
    const facts = accesses[call.path]?.(request as never) ?? {};
    const result = 'error' in outcome ? resultOf(outcome.error) : 'OK';
    const access = accessOf(call, facts, result, context.clock.now());
    context.events.accessed(access);
    await context.journal.record(access).catch((cause) => {
      throw unavailable('ACCESS_NOT_RECORDED', '访问无法记录 / the access could not be recorded', { cause });
    });
    if ('error' in outcome) throw outcome.error;
    return outcome.answer;
  };
}

async function settled<O>(promise: Promise<O>): Promise<{ answer: O } | { error: unknown }> {
  try {
    return { answer: await promise };
  } catch (error) {
    return { error };
  }
}
