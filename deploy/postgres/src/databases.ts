import pg from 'pg';
import { ADMIN_ROLE } from './cluster.ts';

export interface Databases {
  port: number;
  /** Of the superuser, at database `postgres`. */
  adminUrl: string;
  /** Connection string; without a role the superuser's. */
  url(database: string, role?: string, password?: string): string;
  createDatabase(name: string): Promise<void>;
  /** A copy of `template`, which nobody may be connected to meanwhile. */
  createDatabaseFrom(template: string, name: string): Promise<void>;
  /** Cuts off whoever is connected; nothing happens when there is no such database. */
  dropDatabase(name: string): Promise<void>;
}

export function databasesAt(adminUrl: string): Databases {
  const admin = new URL(adminUrl);
  return {
    port: Number(admin.port || 5432),
    adminUrl,
    url(database, role, password) {
      const url = new URL(adminUrl);
      url.pathname = `/${encodeURIComponent(database)}`;
      if (role !== undefined) {
        url.username = encodeURIComponent(role);
        url.password = encodeURIComponent(password ?? '');
      }
      return url.href;
    },
    createDatabase: (name) => asAdmin(adminUrl, `CREATE DATABASE ${quoted(name)}`),
    createDatabaseFrom: (template, name) =>
      asAdmin(adminUrl, `CREATE DATABASE ${quoted(name)} TEMPLATE ${quoted(template)}`),
    dropDatabase: (name) => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`),
  };
}

export function adminUrlOf(port: number, password: string): string {
  return `postgres://${ADMIN_ROLE}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

/** Runs one statement as the superuser on a connection of its own. */
export async function asAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  // A server that dies under an idle client is reported by the query or by connect(), not by this event.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
