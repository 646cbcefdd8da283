import pg from 'pg';
import { lockKey } from './connection.ts';
import { toMeshError } from './errors.ts';
import { type Migration, MigrationError, pendingMigrations, readMigrations } from './migrations.ts';
import { databaseName, roleName, serviceUrl } from './service-url.ts';

export interface MigrateOptions {
  /** A role that may create roles and schemas in this database. */
  readonly adminUrl: string;
  /** Name of the schema. */
  readonly service: string;
  readonly password: string;
  /** In the order in which they depend on one another: those of the libraries first, then the service's own. */
  readonly sets: readonly MigrationSet[];
}

/** Tables of one library or service. */
export interface MigrationSet {
  /** First part of the names under which its files are recorded. */
  readonly name: string;
  /** Folder of NNNN_name.sql files. */
  readonly folder: string;
}

/**
 * Creates the service's role and schema if they are missing, sets the password and applies what is new, forward only.
 * Runs at the same time wait for one another. Returns what was applied now, as `<set>/<file>`.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const sets = await readSets(options.sets);
  return withClient(options.adminUrl, async (admin) => {
    // Held on the admin's connection until that closes.
    await admin.query('SELECT pg_advisory_lock($1::bigint)', [lockKey('lianzheng migrate')]);
    await provision(admin, options);
    const url = serviceUrl(options.adminUrl, options.service, options.password);
    return withClient(url, (client) => apply(client, sets));
  });
}

async function withClient<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'lianzheng migrate',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await fn(client);
  } catch (error) {
    throw toMeshError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function provision(admin: pg.Client, { adminUrl, service, password }: MigrateOptions): Promise<void> {
  const name = databaseName(adminUrl);
  const role = pg.escapeIdentifier(roleName(name, service));
  const database = pg.escapeIdentifier(name);
  const schema = pg.escapeIdentifier(service);
  const known = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [roleName(name, service)]);
  const secret = pg.escapeLiteral(password);
  if (known.rowCount === 0) await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD ${secret}`);
  else await admin.query(`ALTER ROLE ${role} LOGIN PASSWORD ${secret}`);
  // Who is not a superuser may hand a schema only to a role it is a member of.
  await admin.query(`GRANT ${role} TO CURRENT_USER`);
  await admin.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await admin.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${role}`);
  await admin.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role}`);
  await admin.query(`ALTER ROLE ${role} IN DATABASE ${database} SET search_path = ${schema}`);
}

/** Files of each set under the names that are recorded: `<set>/<file>`. */
function readSets(sets: readonly MigrationSet[]): Promise<[string, Migration[]][]> {
  return Promise.all(
    sets.map(async ({ name, folder }): Promise<[string, Migration[]]> => {
      const files = await readMigrations(folder);
      return [name, files.map((file) => ({ ...file, name: `${name}/${file.name}` }))];
    }),
  );
}

async function apply(client: pg.Client, sets: readonly [string, Migration[]][]): Promise<string[]> {
  await client.query(
    'CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL)',
  );
  const { rows } = await client.query<{ name: string; sha256: Buffer }>(
    'SELECT name, sha256 FROM schema_migration ORDER BY name',
  );
  const setOf = (name: string) => name.slice(0, name.indexOf('/'));
  const stray = rows.find((row) => !sets.some(([set]) => set === setOf(row.name)));
  if (stray) throw new MigrationError(`${stray.name} was applied but its set is unknown here`);
  const pending = sets.flatMap(([set, files]) =>
    pendingMigrations(
      files,
      rows.filter((row) => setOf(row.name) === set),
    ),
  );
  for (const file of pending) await applyOne(client, file);
  return pending.map((file) => file.name);
}

async function applyOne(client: pg.Client, file: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await client.query('INSERT INTO schema_migration (name, sha256, applied_at) VALUES ($1, $2, $3)', [
      file.name,
      file.sha256,
      new Date(),
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw new Error(`migration ${file.name} failed: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
