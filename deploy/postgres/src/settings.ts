export type Settings = Readonly<Record<string, string | number>>;

/** For a node on a small machine: room for the services' pools, few checkpoints, and a commit that means the disk. */
const SMALL_NODE: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '128MB',
  wal_compression: 'on',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
};

const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** Command-line settings of the server. Throws when one would give up durability: an acknowledged commit is never lost. */
export function serverArguments(port: number, settings: Settings = {}): string[] {
  for (const name of DURABLE) {
    const value = settings[name];
    if (value !== undefined && value !== 'on') throw new Error(`PostgreSQL setting ${name} must stay on`);
  }
  return Object.entries({ ...SMALL_NODE, ...settings, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}
