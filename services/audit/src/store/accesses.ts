import type { Reader, Tx } from '@lianzheng/db';
import type { PageEnd } from '../domain/page-token.ts';

export type AccessRow = {
  id: string;
  at: Date;
  salt: Buffer | null;
  body: Buffer | null;
  /** Both null while the entry waits for its number. */
  generation: number | null;
  sequence: number | null;
  leaf: Buffer;
};

/** Empty = any. */
export type AccessFilter = {
  subject: string;
  departmentCode: string;
  caseNumber: string;
  action: string;
  /** From this time on. */
  from?: Date;
  /** Before this time. */
  to?: Date;
  after?: PageEnd;
};

const columns = 'a.id, a.at, a.salt, a.body, e.generation, e.sequence, coalesce(e.leaf, w.leaf) AS leaf';
const tables = `access_body a LEFT JOIN log_entry e ON e.entry_id = a.entry_id
                              LEFT JOIN log_waiting w ON w.entry_id = a.entry_id`;

/** What is not erased, newest first. */
export function listAccesses(reader: Reader, filter: AccessFilter, limit: number): Promise<AccessRow[]> {
  const params: unknown[] = [limit];
  const conditions = ['a.body IS NOT NULL'];
  const add = (wanted: boolean, condition: (parameter: string) => string, value: unknown) => {
    if (wanted) conditions.push(condition(`$${params.push(value)}`));
  };
  const { subject, departmentCode, caseNumber, action, from, to, after } = filter;
  add(subject !== '', (p) => `a.subjects @> ARRAY[${p}::text]`, subject);
  add(departmentCode !== '', (p) => `a.department_code = ${p}`, departmentCode);
  add(caseNumber !== '', (p) => `a.case_number <> '' AND a.case_number = ${p}`, caseNumber);
  add(action !== '', (p) => `a.action = ${p}`, action);
  add(from !== undefined, (p) => `a.at >= ${p}`, from);
  add(to !== undefined, (p) => `a.at < ${p}`, to);
  if (after) conditions.push(`(a.at, a.id) < ($${params.push(after.at)}, $${params.push(after.id)})`);
  return reader.rows(
    `SELECT ${columns} FROM ${tables} WHERE ${conditions.join(' AND ')} ORDER BY a.at DESC, a.id DESC LIMIT $1`,
    params,
  );
}

/** Also what is erased. */
export function findAccess(reader: Reader, id: string): Promise<AccessRow | undefined> {
  return reader.row(`SELECT ${columns} FROM ${tables} WHERE a.id = $1`, [id], { name: 'audit_find_access' });
}

/** Erases the oldest bodies before a time, with all that could be read from them; returns how many, at most `limit`. */
export function eraseBodies(tx: Tx, before: Date, departmentCode: string, limit: number): Promise<number> {
  return tx.execute(
    `UPDATE access_body SET salt = NULL, body = NULL, subjects = '{}', department_code = '', case_number = '', action = ''
      WHERE id IN (SELECT id FROM access_body
                    WHERE body IS NOT NULL AND at < $1 AND ($2 = '' OR department_code = $2)
                    ORDER BY at, id LIMIT $3)`,
    [before, departmentCode, limit],
  );
}
