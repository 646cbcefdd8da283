import { accessOf, recordAccess } from '@lianzheng/access';
import type { Tx } from '@lianzheng/db';
import { encodeLeaf, insertWaiting } from '@lianzheng/log';
import { CatalogBody, type CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import type { Call } from '@lianzheng/rpc';
import { unavailable } from '@lianzheng/rpc/errors';
import { factsOf } from './accesses.ts';
import type { Context } from './context.ts';
import { isOfRegistry } from './domain/object.ts';
import { subjectOf } from './events.ts';
import { lockChanges } from './store/changes.ts';
import { putObjects } from './store/objects.ts';

/** What a command does and answers. */
export type Written<T> = { readonly answer: T; readonly objects?: readonly CatalogObject[] };

/**
 * One command in one transaction: rows, entries of the catalogue log and access entry. Commands take turns, so that each
 * is judged with everything known that was committed before it.
 */
export async function write<T>(
  context: Context,
  request: unknown,
  call: Call,
  decide: (tx: Tx, at: Date) => Promise<Written<T>>,
): Promise<T> {
  const { database, view, relay, clock, events } = context;
  if (!relay.ready()) throw recovering(relay.state());
  const { answer, objects = [] } = await database.tx(async (tx) => {
    await lockChanges(tx);
    await view.catchUp(tx);
    const at = clock.now();
    const written = await decide(tx, at);
    await record(context, tx, written.objects ?? [], at, call.traceparent);
    await recordAccess(tx, [accessOf(call, factsOf(call.path, request), 'OK', at)]);
    return written;
  });
  if (objects.length > 0) {
    view.announce(objects);
    relay.wake();
  }
  for (const object of objects) events.objectWritten(object);
  return answer;
}

async function record(
  { node }: Context,
  tx: Tx,
  objects: readonly CatalogObject[],
  recordedAt: Date,
  traceparent: string | undefined,
): Promise<void> {
  await putObjects(tx, node, objects);
  const leaves = objects.map((object) =>
    encodeLeaf({
      kind: LeafKind.CATALOG,
      // Whoever does not understand a change of the registry cannot judge anything under it.
      critical: isOfRegistry(object),
      subject: subjectOf(object),
      body: CatalogBody.encode({ object, recordedAt }).finish(),
    }),
  );
  await insertWaiting(
    tx,
    leaves.map((leaf) => ({ leaf, traceparent })),
  );
}

function recovering(state: string) {
  return unavailable('LOG_RECOVERING', `目录日志尚未就绪 / the catalogue log is not ready: ${state}`, {
    retryAfterMs: 1_000,
  });
}
