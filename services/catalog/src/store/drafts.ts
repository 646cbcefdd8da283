import type { Reader, Tx } from '@lianzheng/db';
import { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Draft, DraftState } from '../domain/draft.ts';

type Row = {
  licence_type: Buffer;
  version: number;
  state: DraftState;
  reason: string;
  registered_by: string;
};

const columns = 'licence_type, version, state, reason, registered_by';

function draftOf({ licence_type, version, state, reason, registered_by }: Row): Draft {
  return {
    licenceType: LicenceType.decode(licence_type),
    version,
    state,
    reason,
    registeredBy: registered_by,
  };
}

export async function insertDraft(tx: Tx, draft: Draft, registeredAt: Date): Promise<void> {
  await tx.execute(
    'INSERT INTO draft (code, version, licence_type, state, reason, registered_by, registered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [
      draft.licenceType.code,
      draft.version,
      LicenceType.encode(draft.licenceType).finish(),
      draft.state,
      draft.reason,
      draft.registeredBy,
      registeredAt,
    ],
  );
}

export async function updateDraft(tx: Tx, { licenceType, version, state, reason }: Draft): Promise<void> {
  await tx.execute('UPDATE draft SET state = $3, reason = $4 WHERE code = $1 AND version = $2', [
    licenceType.code,
    version,
    state,
    reason,
  ]);
}

export async function findDraft(
  reader: Reader,
  { code, version }: { code: string; version: number },
): Promise<Draft | undefined> {
  const row = await reader.row<Row>(`SELECT ${columns} FROM draft WHERE code = $1 AND version = $2`, [
    code,
    version,
  ]);
  return row && draftOf(row);
}

/** By code and version; undefined = in every state. */
export async function listDrafts(reader: Reader, state: DraftState | undefined): Promise<Draft[]> {
  const rows = await reader.rows<Row>(
    `SELECT ${columns} FROM draft WHERE $1::text IS NULL OR state = $1 ORDER BY code, version`,
    [state ?? null],
  );
  return rows.map(draftOf);
}

/** The largest version that a draft of the type was given; 0 when there is none. */
export async function lastDraftVersion(reader: Reader, code: string): Promise<number> {
  const row = await reader.row<{ version: number | null }>(
    'SELECT max(version) AS version FROM draft WHERE code = $1',
    [code],
  );
  return row?.version ?? 0;
}
