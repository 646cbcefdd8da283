import type { Reader, Tx } from '@lianzheng/db';

export type WitnessHead = {
  witness: string;
  node: string;
  log: string;
  generation: number;
  size: number;
  note: Buffer;
  seenAt: Date;
};

/** Keeps the largest head that a witness said it verified; a newer note of the same size replaces the older. */
export async function putWitnessHead(tx: Tx, head: WitnessHead): Promise<void> {
  await tx.execute(
    `INSERT INTO witness_head (witness, node, log, generation, size, note, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (witness, node, log) DO UPDATE
       SET generation = excluded.generation, size = excluded.size, note = excluded.note, seen_at = excluded.seen_at
     WHERE (witness_head.generation, witness_head.size) <= (excluded.generation, excluded.size)`,
    [head.witness, head.node, head.log, head.generation, head.size, head.note, head.seenAt],
    { name: 'put_witness_head' },
  );
}

export async function listWitnessHeads(reader: Reader): Promise<WitnessHead[]> {
  const rows = await reader.rows<Omit<WitnessHead, 'seenAt'> & { seen_at: Date }>(
    'SELECT witness, node, log, generation, size, note, seen_at FROM witness_head ORDER BY witness, node, log',
  );
  return rows.map(({ seen_at, ...row }) => ({ ...row, seenAt: seen_at }));
}
