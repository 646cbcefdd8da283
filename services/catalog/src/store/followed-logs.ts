import type { Reader, Tx } from '@lianzheng/db';

/** How far the catalogue log of another node was read. */
export type Position = { readonly generation: number; readonly next: number };

/** A larger number makes every log be read again from its beginning, by a release that understands more of it. */
const READER = 1;

export async function findPosition(reader: Reader, node: string): Promise<Position | undefined> {
  return reader.row<Position>(
    'SELECT generation, next_sequence AS next FROM followed_log WHERE node = $1 AND reader = $2',
    [node, READER],
  );
}

export async function insertPosition(tx: Tx, node: string, { generation, next }: Position): Promise<void> {
  await tx.execute(
    `INSERT INTO followed_log (node, generation, next_sequence, reader) VALUES ($1, $2, $3, $4)
     ON CONFLICT (node) DO UPDATE SET generation = $2, next_sequence = $3, reader = $4 WHERE followed_log.reader <> $4`,
    [node, generation, next, READER],
  );
}

/** False when another reader has moved on meanwhile: then nothing of this batch may be applied. */
export async function movePosition(tx: Tx, node: string, from: Position, to: Position): Promise<boolean> {
  const moved = await tx.execute(
    'UPDATE followed_log SET generation = $4, next_sequence = $5 WHERE node = $1 AND generation = $2 AND next_sequence = $3',
    [node, from.generation, from.next, to.generation, to.next],
  );
  return moved === 1;
}
