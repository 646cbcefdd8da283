import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type GuardedProcess, spawnGuarded, tailOf } from '@lianzheng/deploy-process';
import { type Acl, applyAcls, type ClusterTls, describeCluster } from '@lianzheng/kafka/cluster-admin';
import {
  address,
  type BrokerListeners,
  brokerProperties,
  type Endpoint,
  securedProperties,
} from './broker-properties.ts';
import { makeArchive, useArchive } from './class-data.ts';
import { ensureJars } from './jars.ts';
import { findJava, javaArguments } from './java.ts';
import { propertiesText } from './properties.ts';
import { formatStorage } from './storage.ts';
import { principalOf, tlsProperties } from './tls.ts';

/** Three seconds on a machine at rest. */
const READY_WITHIN_MS = 120_000;

export interface BrokerOptions {
  /** For messages only. */
  name: string;
  /** Configuration, log and (unless `logDir`) records. Made when missing; a later start finds its records again. */
  dir: string;
  /** Of listener LOCAL, for the node's own services; 0 (default) = a free one, kept until the end of this process. */
  port?: number;
  /** Where LOCAL listens; default 127.0.0.1. */
  host?: string;
  /** Listener MESH, for the other nodes; left out = none. Several where each comes by a relay of its own. */
  mesh?: MeshListener | readonly MeshListener[];
  /** All listeners speak TLS and ask for a client's certificate; without it all is clear text and everybody may do everything. */
  tls?: ClusterTls;
  /** CNs of certificates that may do everything, beside the broker's own. */
  superUsers?: readonly string[];
  /** Applied at each start; only with tls. */
  acls?: readonly Acl[];
  /** Folder of the records where it is not `dir/data`, such as a disk of its own. */
  logDir?: string;
  log?: (text: string) => void;
  /** File into which a class-data archive is written at stop(). */
  archiveInto?: string;
}

export interface MeshListener {
  port?: number;
  host?: string;
  /** The address that clients are told, a relay's for instance. */
  advertised?: Endpoint;
}

export interface Broker {
  name: string;
  dir: string;
  /** `host:port` of LOCAL. */
  bootstrap: string;
  /** `host:port` on which MESH really listens, behind any relay. */
  mesh: string | undefined;
  /** The same of each MESH listener, in their order. */
  meshes: readonly string[];
  tls: ClusterTls | undefined;
  pid(): number;
  /** SIGTERM, and SIGKILL after 8 s. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** Stops it if it runs and starts it at the same addresses. */
  restart(): Promise<void>;
}

/**
 * Starts one Kafka broker that is its own controller; resolves when it answers with a broker that is up, and its ACLs stand.
 * It ends with this process. Throws when it is not up within two minutes, with the end of its log.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const [{ lib }, java] = await Promise.all([ensureJars({ log: options.log }), findJava()]);
  const dir = resolve(options.dir);
  const logDir = options.logDir ?? join(dir, 'data');
  const { tls, acls = [] } = options;
  await mkdir(logDir, { recursive: true });

  const listeners = await chooseListeners(options);
  const configFile = join(dir, 'broker.properties');
  const plain = brokerProperties(logDir, listeners);
  const properties = tls
    ? securedProperties(plain, await tlsProperties(join(dir, 'tls'), tls), [
        principalOf(tls.certPem),
        ...(options.superUsers ?? []),
      ])
    : plain;
  await writeFile(configFile, propertiesText(properties), { mode: 0o600 });
  const classData = options.archiveInto ? makeArchive(options.archiveInto) : useArchive(lib, java, 'broker');
  if (!existsSync(join(logDir, 'meta.properties'))) {
    await formatStorage(java, lib, configFile, useArchive(lib, java, 'broker'));
  }

  const logFile = join(dir, 'broker.log');
  const bootstrap = address(listeners.local);
  const launch = async (): Promise<GuardedProcess> => {
    const broker = await spawnGuarded({
      command: java.command,
      args: [...javaArguments(lib, 160, classData), 'kafka.Kafka', configFile],
      logFile,
      cwd: dir,
    });
    try {
      await untilUp(broker, bootstrap, tls);
      if (tls && acls.length > 0) await applyAcls({ bootstrap, tls }, acls);
      return broker;
    } catch (cause) {
      await broker.stop('SIGKILL');
      throw new Error(
        `Kafka ${options.name} did not start; ${logFile} ends with:\n${await tailOf(logFile)}`,
        { cause },
      );
    }
  };

  let broker = await launch();
  // Writing an archive takes longer than stopping.
  const graceMs = options.archiveInto ? 120_000 : 8_000;
  const stop = async () => void (await broker.stop('SIGTERM', graceMs));
  return {
    name: options.name,
    dir,
    bootstrap,
    mesh: listeners.mesh[0] && address(listeners.mesh[0]),
    meshes: listeners.mesh.map(address),
    tls,
    pid: () => broker.pid,
    stop,
    kill9: async () => void (await broker.stop('SIGKILL')),
    pause: () => broker.kill('SIGSTOP'),
    resume: () => broker.kill('SIGCONT'),
    async restart() {
      await stop();
      broker = await launch();
    },
  };
}

async function chooseListeners({
  port,
  host = '127.0.0.1',
  mesh = [],
}: BrokerOptions): Promise<BrokerListeners> {
  const local = { host, port: port || (await freePort()) };
  const controllerPort = await freePort();
  const listeners = [];
  for (const each of [mesh].flat()) {
    const listening = { host: each.host ?? '127.0.0.1', port: each.port || (await freePort()) };
    listeners.push({ ...listening, advertised: each.advertised ?? listening });
  }
  return { local, controllerPort, mesh: listeners };
}

async function untilUp(
  broker: GuardedProcess,
  bootstrap: string,
  tls: ClusterTls | undefined,
): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let lastError: unknown;
  while (performance.now() < deadline) {
    const exit = broker.exit();
    if (exit) throw new Error(`it ended with ${exit.signal ?? `exit code ${exit.code}`}`);
    try {
      await describeCluster({ bootstrap, tls });
      return;
    } catch (error) {
      lastError = error;
      await delay(30);
    }
  }
  throw new Error(`no answer within ${READY_WITHIN_MS} ms`, { cause: lastError });
}
