import type { Reader, Tx } from '@lianzheng/db';
import { insertWaiting } from '@lianzheng/log';
import type { NewAccess } from '../domain/new-access.ts';

const separator = '\n';

/**
 * Stores the bodies and puts their leaves into the log's waiting room; what is known by its id already changes nothing.
 * Returns how many were new. Violates access_body_pkey when the same ids are stored at the same time.
 */
export async function insertAccesses(tx: Tx, accesses: readonly NewAccess[]): Promise<number> {
  const known = await findKnown(
    tx,
    accesses.map(({ id }) => id),
  );
  const fresh = known.size === 0 ? accesses : accesses.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return 0;
  const entryIds = await insertWaiting(tx, fresh);
  await tx.execute(
    `INSERT INTO access_body (id, entry_id, at, salt, body, subjects, department_code, case_number, action)
     SELECT id, entry_id, at, salt, body, coalesce(string_to_array(nullif(subjects, ''), E'\\n'), '{}'), department_code, case_number, action
       FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::bytea[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[])
         AS a(id, entry_id, at, salt, body, subjects, department_code, case_number, action)`,
    [
      fresh.map(({ id }) => id),
      entryIds,
      fresh.map(({ at }) => at),
      fresh.map(({ salt }) => salt),
      fresh.map(({ body }) => body),
      fresh.map(({ subjects }) => joined(subjects)),
      fresh.map(({ departmentCode }) => departmentCode),
      fresh.map(({ caseNumber }) => caseNumber),
      fresh.map(({ action }) => action),
    ],
    { name: 'audit_insert_accesses' },
  );
  return fresh.length;
}

async function findKnown(reader: Reader, ids: readonly string[]): Promise<Set<string>> {
  const rows = await reader.rows<{ id: string }>(
    'SELECT id FROM access_body WHERE id = ANY($1::text[])',
    [ids],
    {
      name: 'audit_find_known',
    },
  );
  return new Set(rows.map(({ id }) => id));
}

/** Arrays of arrays must have one length in PostgreSQL, so each travels as one text. */
function joined(subjects: readonly string[]): string {
  return subjects.map((subject) => subject.replaceAll(separator, ' ')).join(separator);
}
