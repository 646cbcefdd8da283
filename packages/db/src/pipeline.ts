import type { Socket } from 'node:net';
import type pg from 'pg';

type WithStream = { connection: { stream: Socket } };

const gathering = new WeakSet<Socket>();

/** What is sent in this moment leaves in one write: a BEGIN and the statements behind it. */
export function gather(client: pg.ClientBase): void {
  const { stream } = (client as unknown as WithStream).connection;
  if (gathering.has(stream)) return;
  gathering.add(stream);
  stream.cork();
  process.nextTick(() => {
    gathering.delete(stream);
    stream.uncork();
  });
}

export function sendGathered(client: pg.ClientBase, query: string | pg.QueryConfig): Promise<pg.QueryResult> {
  gather(client);
  return client.query(query as pg.QueryConfig);
}
