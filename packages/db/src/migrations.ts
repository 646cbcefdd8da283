import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: Buffer;
}

export interface AppliedMigration {
  readonly name: string;
  readonly sha256: Buffer;
}

export class MigrationError extends Error {}

/** The NNNN_name.sql files of a folder in order of their numbers. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Set<string>();
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (number === undefined) throw new MigrationError(`${name}: not of the form NNNN_name.sql`);
    if (numbers.has(number)) throw new MigrationError(`${name}: the number ${number} stands twice`);
    numbers.add(number);
  }
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest() };
    }),
  );
}

/** What is still to apply; throws where history and files contradict one another. */
export function pendingMigrations(
  files: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const { name, sha256 } of applied) {
    const file = byName.get(name);
    if (!file)
      throw new MigrationError(
        `${name} was applied but is unknown here: the database is newer than this program`,
      );
    if (!file.sha256.equals(sha256))
      throw new MigrationError(`${name} was changed after it had been applied`);
  }
  const done = new Set(applied.map(({ name }) => name));
  const pending = files.filter((file) => !done.has(file.name));
  const newest = applied
    .map(({ name }) => name)
    .sort()
    .at(-1);
  const late = pending.find((file) => newest !== undefined && file.name < newest);
  if (late) throw new MigrationError(`${late.name} is older than ${newest}, which was applied already`);
  return pending;
}
