import { once } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';
import { gather } from './pipeline.ts';

/** What of pg's inner connection a COPY needs; the library has no public way to send rows. */
type CopyConnection = pg.Connection & {
  stream: Socket;
  query(sql: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(why: string): void;
};

// PostgreSQL documentation, “COPY”, binary format: signature, no flags, no header extension; −1 ends it.
const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const END = Buffer.from([0xff, 0xff]);

/**
 * `COPY table (columns) FROM STDIN (FORMAT binary)` with pieces from `copyRows`. A piece is asked for when the one before
 * is on its way, so that the server takes one in while the next is made. Nothing waits for the server to say that it is
 * ready: rows that it then does not want it drops. Resolves with the number of rows.
 */
export function copyFrom(client: pg.ClientBase, sql: string, pieces: Iterable<Uint8Array>): Promise<number> {
  gather(client);
  return new Promise((resolve, reject) => {
    let rows = 0;
    let failure: unknown;
    const refused = { yet: false };
    const handlers = {
      submit(connection: CopyConnection) {
        connection.query(sql);
        send(connection, pieces, refused).catch((error) => {
          failure = error;
          if (!refused.yet) connection.sendCopyFail('the rows could not be made');
        });
      },
      handleCopyInResponse() {},
      handleCommandComplete({ text }: { text: string }) {
        rows = Number(text.split(' ')[1]);
      },
      handleReadyForQuery() {
        if (failure === undefined) resolve(rows);
        else reject(failure);
      },
      handleError(error: unknown) {
        // What we could not make comes back as the server's complaint: the cause is ours.
        refused.yet = true;
        reject(failure ?? error);
      },
    };
    // In pipeline mode pg takes its own queries only; it is this one's caller who keeps other statements away.
    client.query(Object.assign(new pg.Query(sql), handlers) as pg.Submittable);
  });
}

async function send(
  connection: CopyConnection,
  pieces: Iterable<Uint8Array>,
  refused: { readonly yet: boolean },
): Promise<void> {
  connection.sendCopyFromChunk(HEADER);
  for (const piece of pieces) {
    connection.sendCopyFromChunk(piece);
    if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    // The connection is another statement's by now.
    if (refused.yet) return;
  }
  connection.sendCopyFromChunk(END);
  connection.endCopyFrom();
}
