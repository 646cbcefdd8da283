import { isMeshError } from '@lianzheng/rpc/errors';

type Run<I, O> = (items: I[]) => Promise<(O | Error)[]>;

/**
 * A round that fails as a whole is run again item by item, so that nobody is harmed by another's. When a service is
 * away, or its time is up, all fail at once.
 */
export function isolating<I, O>(run: Run<I, O>): Run<I, O> {
  return async (items) => {
    try {
      return await run(items);
    } catch (error) {
      if (items.length === 1 || hitsEverybody(error)) throw error;
      const outcomes: (O | Error)[] = [];
      for (const item of items) outcomes.push(await alone(run, item));
      return outcomes;
    }
  };
}

async function alone<I, O>(run: Run<I, O>, item: I): Promise<O | Error> {
  try {
    const [outcome] = await run([item]);
    return outcome!;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function hitsEverybody(error: unknown): boolean {
  return isMeshError(error, 'UNAVAILABLE') || isMeshError(error, 'DEADLINE_EXCEEDED');
}
