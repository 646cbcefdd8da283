import type { WatchObjectsRequest, WatchObjectsResponse } from '@lianzheng/proto/catalog/v1/catalog';
import type { Call } from '@lianzheng/rpc';
import { outOfRange } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { lastCursor, listChanges } from '../store/changes.ts';

export const watchObjects = ({ database, view, events }: Context) =>
  async function* ({ afterCursor }: WatchObjectsRequest, call: Call): AsyncGenerator<WatchObjectsResponse> {
    if (afterCursor > BigInt(await database.read(lastCursor)))
      throw outOfRange('CURSOR_UNKNOWN', '游标不是本目录给出的 / this catalogue gave out no such cursor');
    let cursor = Number(afterCursor);
    let complete = false;
    const ended = events.watching();
    try {
      while (!call.signal.aborted) {
        const changed = view.changed(call.signal);
        const isReady = view.ready();
        const changes = await database.read((reader) => listChanges(reader, cursor));
        if (changes.length > 0 || (isReady && !complete)) {
          // Only an empty read shows that everything was sent.
          complete ||= isReady && changes.length === 0;
          cursor = changes.at(-1)?.cursor ?? cursor;
          yield { objects: changes.map(({ object }) => object), cursor: BigInt(cursor), complete };
        } else await changed;
      }
    } finally {
      ended();
    }
  };
