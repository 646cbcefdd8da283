import { openDatabase } from '@lianzheng/db';
import { insertWaiting, type WaitingEntry } from '@lianzheng/log';
import type { MeshNode } from './mesh-node.ts';
import { waitUntil } from './wait.ts';

/** Writes leaves into a node's status log past all rules of issuance; resolves with their sequences. */
export async function writeLeaves(
  { node, databaseUrl }: Pick<MeshNode, 'node' | 'databaseUrl'>,
  leaves: readonly WaitingEntry[],
): Promise<number[]> {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c search_path=issuance');
  const database = openDatabase({ url: url.href, applicationName: 'own log', max: 1 });
  try {
    const ids = await database.tx((tx) => insertWaiting(tx, leaves));
    return await waitUntil(
      async () => {
        const rows = await database.read((reader) =>
          reader.rows<{ sequence: number }>(
            'SELECT sequence FROM log_entry WHERE entry_id = ANY($1::bigint[]) ORDER BY sequence',
            [ids],
          ),
        );
        return rows.length === ids.length && rows.map(({ sequence }) => sequence);
      },
      { timeoutMs: 20_000, what: `${leaves.length} leaves in the log of ${node}` },
    );
  } finally {
    await database.close();
  }
}
