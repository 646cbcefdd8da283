import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchObjectsRequest, WatchObjectsResponse } from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { deadlineExceeded, outOfRange, unavailable } from '@lianzheng/rpc/errors';
import { createLogger } from '@lianzheng/runtime';
import { createRegistry, followRegistry } from '../src/index.ts';
import { guangzhou, nodeEntry, object, province, shenzhen } from './objects.ts';

const message = (cursor: number, complete: boolean, ...objects: CatalogObject[]): WatchObjectsResponse => ({
  objects,
  cursor: BigInt(cursor),
  complete,
});

/** Plays one script per call; the last one waits until it is cancelled. Resolves `done` when all were begun. */
function scripted(scripts: (WatchObjectsResponse | Error)[][]) {
  const asked: bigint[] = [];
  const done = Promise.withResolvers<void>();
  async function* watchObjects(
    { afterCursor }: WatchObjectsRequest,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchObjectsResponse> {
    const script = scripts[asked.length]!;
    asked.push(afterCursor);
    for (const step of script) {
      if (step instanceof Error) throw step;
      yield step;
    }
    if (asked.length === scripts.length) done.resolve();
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
  }
  return { client: { watchObjects }, asked, done: done.promise };
}

test('goes on at its cursor after an end, and from the beginning when the catalogue does not know it', async () => {
  const { client, asked, done } = scripted([
    [unavailable('NOT_CONNECTED', 'away')],
    [message(4, false, object(province, nodeEntry(shenzhen))), deadlineExceeded()],
    [message(5, true), deadlineExceeded()],
    [outOfRange('CURSOR_UNKNOWN', 'an older database')],
    [message(2, true, object(province, nodeEntry(guangzhou)))],
  ]);
  const registry = createRegistry({ province });
  const logger = createLogger({ service: 'test', node: shenzhen, level: 'silent' });
  const follower = followRegistry({ client, registry, logger });
  assert.equal(follower.ready(), false);
  await done;
  assert.deepEqual(asked, [0n, 0n, 4n, 5n, 0n]);
  assert.equal(follower.ready(), true);
  assert.deepEqual(
    registry.nodes().map(({ node }) => node),
    [guangzhou, shenzhen],
  );
  await follower.stop();
});
