import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type GuardedProcess, spawnGuarded, tailOf } from '@lianzheng/deploy-process';
import { findPostgres } from './binaries.ts';
import { ensureCluster, serverEnvironment } from './cluster.ts';
import { adminUrlOf, asAdmin, type Databases, databasesAt } from './databases.ts';
import { type Settings, serverArguments } from './settings.ts';
import { reachableBinaries, reachableFolder, serverUser } from './system-user.ts';

const READY_WITHIN_MS = 60_000;
const STOP_SIGNAL = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** How sessions end: `smart` waits for them, `fast` rolls them back, `immediate` is a crash with recovery. */
export type StopMode = keyof typeof STOP_SIGNAL;

export interface PostgresOptions {
  /** Folder of the server: data, log and the superuser's password. Made when missing; a later start finds its data again. */
  dir: string;
  /** 0 (default) = a free one, kept until stop(). */
  port?: number;
  /** Server settings beside the defaults of a small node. */
  settings?: Settings;
  /** Takes what an operator should know, such as another folder chosen for the data. */
  log?: (text: string) => void;
}

export interface Postgres extends Databases {
  /** Where the data really is: `options.dir`, or below /var/lib/lianzheng where user postgres could not reach that. */
  dir: string;
  pid(): number;
  stop(mode?: StopMode): Promise<void>;
  restart(mode?: StopMode): Promise<void>;
  /** Kills the server without warning; restart() brings it back through crash recovery. */
  kill9(): Promise<void>;
}

/**
 * Starts a PostgreSQL server on 127.0.0.1, with a password, fsync and synchronous_commit on; resolves when it answers.
 * It ends with this process. Throws when there is no PostgreSQL on this machine or it does not come up within 60 s.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  serverArguments(0, options.settings); // Refuses forbidden settings before anything is made.
  const log = options.log ?? (() => undefined);
  const user = await serverUser(log);
  const dir = await reachableFolder(options.dir, user, log);
  const binaries = await reachableBinaries(await findPostgres(), user);
  const { data, adminPassword } = await ensureCluster(dir, binaries, user);
  const logFile = join(dir, 'postgres.log');

  const launch = async (port: number): Promise<GuardedProcess> => {
    const from = await sizeOf(logFile);
    const server = await spawnGuarded({
      command: binaries.postgres,
      args: ['-D', data, ...serverArguments(port, options.settings)],
      logFile,
      cwd: '/',
      env: serverEnvironment(),
      lastSignal: 'SIGQUIT',
      ...user,
    });
    try {
      await untilAnswers(server, adminUrlOf(port, adminPassword));
      return server;
    } catch (cause) {
      await server.stop('SIGQUIT');
      throw new Error(`PostgreSQL did not start; ${logFile} ends with:\n${await tailOf(logFile, from)}`, {
        cause,
      });
    }
  };

  const port = options.port || (await freePort());
  let server = await launchPatiently(() => launch(port));
  const stop = async (mode: StopMode = 'fast') => void (await server.stop(STOP_SIGNAL[mode], 20_000));
  return {
    ...databasesAt(adminUrlOf(port, adminPassword)),
    dir,
    pid: () => server.pid,
    stop,
    async restart(mode) {
      await stop(mode);
      server = await launchPatiently(() => launch(port));
    },
    async kill9() {
      await server.stop('SIGKILL');
    },
  };
}

/** After a kill -9 the old server's children hold its shared memory for some moments more: only then is it tried again. */
async function launchPatiently(launch: () => Promise<GuardedProcess>): Promise<GuardedProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch();
    } catch (error) {
      const held = /shared memory block/.test(String(error));
      if (!held || attempt === 30) throw error;
      await delay(200);
    }
  }
}

async function untilAnswers(server: GuardedProcess, adminUrl: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let lastError: unknown;
  while (performance.now() < deadline) {
    const exit = server.exit();
    if (exit) throw new Error(`it ended with ${exit.signal ?? `exit code ${exit.code}`}`);
    try {
      return await asAdmin(adminUrl, 'SELECT 1');
    } catch (error) {
      lastError = error;
      await delay(20);
    }
  }
  throw new Error(`no answer within ${READY_WITHIN_MS} ms`, { cause: lastError });
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
