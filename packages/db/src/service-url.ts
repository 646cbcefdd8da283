/** Roles belong to the whole server, schemas to a database: the role carries the database's name. */
export function roleName(database: string, service: string): string {
  const role = `${database}_${service}`;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) throw new Error(`not a usable role name: ${role}`);
  return role;
}

export function databaseName(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  if (name === '') throw new Error('the database url names no database');
  return name;
}

/** The same server and database as `adminUrl`, as the role of the service. */
export function serviceUrl(adminUrl: string, service: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = roleName(databaseName(adminUrl), service);
  url.password = encodeURIComponent(password);
  return url.href;
}
