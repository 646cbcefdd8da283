import type { Reader, Tx } from '@lianzheng/db';

/** Entries about issuers that are not assigned to the log's owner, as far as the registry is known now. */
export async function insertForeign(
  tx: Tx,
  logId: number,
  foreign: readonly { sequence: number; issuerCode: string }[],
  judgedAfter: Date,
): Promise<void> {
  if (foreign.length === 0) return;
  await tx.execute(
    `INSERT INTO foreign_entry (log_id, sequence, issuer_code, judged_after)
     SELECT $1, s, i, $4 FROM unnest($2::bigint[], $3::text[]) AS e(s, i) ON CONFLICT DO NOTHING`,
    [logId, foreign.map((entry) => entry.sequence), foreign.map((entry) => entry.issuerCode), judgedAfter],
  );
}

export type ForeignEntry = {
  logId: number;
  node: string;
  sequence: number;
  issuerCode: string;
  judgedAfter: Date;
};

/** Those to be judged now that the registry is known up to `known`, some at a time. */
export async function listForeign(reader: Reader, known: Date): Promise<ForeignEntry[]> {
  const rows = await reader.rows<{
    log_id: number;
    node: string;
    sequence: number;
    issuer_code: string;
    judged_after: Date;
  }>(
    `SELECT f.log_id, l.node, f.sequence, f.issuer_code, f.judged_after FROM foreign_entry f
       JOIN followed_log l USING (log_id) WHERE f.judged_after < $1 ORDER BY f.log_id, f.sequence LIMIT 500`,
    [known],
  );
  return rows.map((row) => ({
    logId: row.log_id,
    node: row.node,
    sequence: row.sequence,
    issuerCode: row.issuer_code,
    judgedAfter: row.judged_after,
  }));
}

export async function deleteForeign(
  tx: Tx,
  entries: readonly { logId: number; sequence: number }[],
): Promise<void> {
  await tx.execute(
    'DELETE FROM foreign_entry USING unnest($1::int[], $2::bigint[]) AS e(l, s) WHERE log_id = e.l AND sequence = e.s',
    [entries.map((entry) => entry.logId), entries.map((entry) => entry.sequence)],
  );
}
