import type { Tx } from '@lianzheng/db';

export interface WrappedKey {
  readonly keyId: string;
  readonly purpose: 'column' | 'lookup';
  /** Opaque; the signature service opens it. */
  readonly wrapped: string;
}

/** All keys, oldest first, after adding those of `candidates` whose purpose has none yet. */
export async function addMissingKeys(
  tx: Tx,
  candidates: readonly WrappedKey[],
  createdAt: Date,
): Promise<WrappedKey[]> {
  // Two processes that start at the same time must end up with the same keys.
  if (candidates.length > 0) await tx.execute('LOCK TABLE data_key IN SHARE ROW EXCLUSIVE MODE');
  const known = await listKeys(tx);
  const missing = candidates.filter(({ purpose }) => !known.some((key) => key.purpose === purpose));
  for (const { keyId, purpose, wrapped } of missing) {
    await tx.execute('INSERT INTO data_key (key_id, purpose, wrapped, created_at) VALUES ($1, $2, $3, $4)', [
      keyId,
      purpose,
      wrapped,
      createdAt,
    ]);
  }
  return [...known, ...missing];
}

function listKeys(tx: Tx): Promise<WrappedKey[]> {
  return tx.rows('SELECT key_id AS "keyId", purpose, wrapped FROM data_key ORDER BY created_at, key_id');
}
