import type { Reader, Tx } from '@lianzheng/db';

export async function findPosition(reader: Reader, topic: string): Promise<bigint | undefined> {
  const row = await reader.row<{ record_offset: number }>(
    'SELECT record_offset FROM topic_position WHERE topic = $1',
    [topic],
  );
  return row && BigInt(row.record_offset);
}

/** Undefined leaves it where it is. */
export async function setPosition(tx: Tx, topic: string, offset: bigint | undefined): Promise<void> {
  if (offset === undefined) return;
  await tx.execute(
    `INSERT INTO topic_position (topic, record_offset) VALUES ($1, $2)
     ON CONFLICT (topic) DO UPDATE SET record_offset = excluded.record_offset`,
    [topic, offset],
    { name: 'set_topic_position' },
  );
}
