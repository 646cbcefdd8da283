import type { WatchObjectsRequest, WatchObjectsResponse } from '@lianzheng/proto/catalog/v1/catalog';
import type { CallOptions } from '@lianzheng/rpc';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type Logger, type LoopResult, startLoop } from '@lianzheng/runtime';
import type { Registry } from './registry.ts';

export type FollowRegistryOptions = {
  client: {
    watchObjects(request: WatchObjectsRequest, options?: CallOptions): AsyncIterable<WatchObjectsResponse>;
  };
  registry: Registry;
  logger: Logger;
};

export type RegistryFollower = {
  /** Whether everything that the catalogue knew was read once. */
  ready(): boolean;
  stop(): Promise<void>;
};

/** Feeds the registry from the node's catalogue, which may be absent or come and go. */
export function followRegistry({ client, registry, logger }: FollowRegistryOptions): RegistryFollower {
  let cursor = 0n;
  let complete = false;

  async function follow(signal: AbortSignal): Promise<LoopResult> {
    try {
      const stream = client.watchObjects({ afterCursor: cursor }, { signal, deadlineMs: Infinity });
      for await (const message of stream) {
        registry.apply(message.objects);
        cursor = message.cursor;
        complete ||= message.complete;
      }
      return 'idle';
    } catch (error) {
      // The server caps every call; the next one goes on at the cursor.
      if (isMeshError(error, 'DEADLINE_EXCEEDED')) return 'again';
      // The catalogue's database is older than what we read from it: start anew.
      if (isMeshError(error, 'OUT_OF_RANGE')) cursor = 0n;
      throw error;
    }
  }

  const loop = startLoop({
    name: 'follow registry',
    run: follow,
    idleMs: 1_000,
    onError: (err) => logger.warn({ err, cursor: String(cursor) }, 'catalogue not followed'),
    backoff: { minMs: 50, maxMs: 2_000 },
  });
  return { ready: () => complete, stop: () => loop.stop() };
}
