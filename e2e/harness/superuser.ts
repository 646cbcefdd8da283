import pg from 'pg';

/** For what only the superuser of a database may look at or hold up. The caller ends it. */
export async function connectSuperuser(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'fault test' });
  // A server that dies is what some tests are about; the next query reports it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** One statement on a connection of its own. */
export async function querySuperuser<R extends object>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = await connectSuperuser(url);
  try {
    return (await client.query(sql, values)).rows as R[];
  } finally {
    await client.end();
  }
}
