import type { Reader, Tx } from '@lianzheng/db';
import { versionOf } from '@lianzheng/licence';
import { encodeLeaf, findSequences, insertWaiting } from '@lianzheng/log';
import { LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { distinct, type Identity, identityColumns, keyOf } from './identity.ts';

export interface Change {
  readonly licenceId: number;
  readonly body: StatusBody;
  readonly holders: readonly HolderSide[];
  readonly act: { readonly caseNumber: string; readonly officer: string };
  readonly traceparent: string | undefined;
}

/** Encoded once: these bytes are hashed, stored and sent. A follower that does not understand it has to ask us. */
export function statusLeaf(body: StatusBody): { leaf: Buffer; bodyBytes: Buffer } {
  const bodyBytes = Buffer.from(StatusBody.encode(body).finish());
  const leaf = encodeLeaf({
    kind: LeafKind.STATUS,
    critical: true,
    subject: body.identifier,
    body: bodyBytes,
  });
  return { leaf, bodyBytes };
}

/** Entries of licences that are locked or new, in order: state and log in one transaction. Returns their entry ids. */
export async function insertChanges(tx: Tx, changes: readonly Change[]): Promise<number[]> {
  if (changes.length === 0) return [];
  const leaves = changes.map(({ body }) => statusLeaf(body));
  const entryIds = await insertWaiting(
    tx,
    changes.map(({ holders, traceparent }, n) => ({ leaf: leaves[n]!.leaf, holders, traceparent })),
  );
  await tx.execute(
    `INSERT INTO status_change (licence_id, revision, version, entry_id, body, case_number, officer)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::bigint[], $5::bytea[], $6::text[], $7::text[])`,
    [
      changes.map(({ licenceId }) => licenceId),
      changes.map(({ body }) => body.revision),
      changes.map(({ body }) => versionOf(body.identifier)),
      entryIds,
      leaves.map(({ bodyBytes }) => bodyBytes),
      changes.map(({ act }) => act.caseNumber),
      changes.map(({ act }) => act.officer),
    ],
    { name: 'insert_changes' },
  );
  return entryIds;
}

export interface RecordedChange {
  readonly body: StatusBody;
  /** Undefined while the entry waits for its number. */
  readonly sequence: number | undefined;
}

type ChangeColumns = { body: Buffer; entry_id: number | null; sequence: number | null };

/** The whole histories of licences, each in order of revision; by `keyOf`. */
export async function findHistories(
  reader: Reader,
  identities: readonly Identity[],
): Promise<Map<string, RecordedChange[]>> {
  const histories = new Map<string, RecordedChange[]>();
  if (identities.length === 0) return histories;
  const rows = await reader.rows<ChangeColumns & Identity>(
    `SELECT l.type_code AS "typeCode", l.issuer_code AS "issuerCode", l.serial, c.body, c.entry_id, c.sequence
       FROM licence l JOIN status_change c ON c.licence_id = l.licence_id AND c.revision <= l.revision
      WHERE (l.type_code, l.issuer_code, l.serial) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))
      ORDER BY l.licence_id, c.revision`,
    identityColumns(distinct(identities)),
    { name: 'find_histories' },
  );
  const sequences = await sequencesOf(reader, rows);
  for (const [n, row] of rows.entries()) {
    const key = keyOf(row);
    const change = { body: StatusBody.decode(row.body), sequence: sequences[n] };
    const history = histories.get(key);
    if (history) history.push(change);
    else histories.set(key, [change]);
  }
  return histories;
}

/** The sequence of each entry; undefined while it waits. */
export async function sequencesOf(
  reader: Reader,
  rows: readonly { entry_id: number | null; sequence: number | null }[],
): Promise<(number | undefined)[]> {
  const waiting = rows.map(({ entry_id }) => entry_id).filter((id) => id !== null);
  const numbered = waiting.length > 0 ? await findSequences(reader, waiting) : new Map<number, number>();
  return rows.map(({ entry_id, sequence }) =>
    entry_id === null ? (sequence ?? undefined) : numbered.get(entry_id),
  );
}
