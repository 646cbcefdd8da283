import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createLogger } from '@lianzheng/runtime';
import { type BrokerOptions, startBroker } from './src/broker.ts';
import type { ClusterTls } from './src/index.ts';
import type { MirrorMakerOptions } from './src/mirror-maker.ts';
import { superviseMirror } from './src/supervise.ts';

const USAGE = `用法 Usage: node deploy/kafka/main.ts broker|mirror FILE.json
  broker  本节点的 Kafka / the node's own broker
  mirror  市节点的 MirrorMaker 2，由监督者看护 / a city's MirrorMaker 2 under its supervisor
FILE.json 见 README.md / see README.md`;

/** In files TLS names three PEM files, relative to the file that names them. */
interface TlsPaths {
  ca: string;
  key: string;
  cert: string;
}

type InFile<T> = Omit<T, 'tls' | 'log' | 'archiveInto'> & { tls?: TlsPaths };

const [program, file] = process.argv.slice(2);
if (!file || (program !== 'broker' && program !== 'mirror')) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const stop = program === 'broker' ? await runBroker(file) : await runMirror(file);
  const signalled = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, signalled.resolve);
  // A pending promise alone does not keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  await signalled.promise;
  clearInterval(alive);
  await stop();
}

async function runBroker(configFile: string): Promise<() => Promise<void>> {
  const options = await readOptions<BrokerOptions>(configFile);
  const logger = createLogger({ service: 'kafka', node: options.name });
  const broker = await startBroker({ ...options, log: (text) => logger.info(text) });
  logger.info({ bootstrap: broker.bootstrap, mesh: broker.mesh, pid: broker.pid() }, 'broker_started');
  return broker.stop;
}

async function runMirror(configFile: string): Promise<() => Promise<void>> {
  const options = await readOptions<MirrorMakerOptions>(configFile);
  const logger = createLogger({ service: 'mirror', node: options.city.node });
  const mirror = { ...options, log: (text: string) => logger.info(text) };
  const supervisor = superviseMirror({
    mirror,
    nowMs: Date.now,
    onEvent: ({ event, ...details }) => logger[event === 'mirror_started' ? 'info' : 'error'](details, event),
  });
  return supervisor.stop;
}

async function readOptions<T extends { dir: string; tls?: ClusterTls }>(configFile: string): Promise<T> {
  const folder = dirname(resolve(configFile));
  const { tls, dir, ...rest } = JSON.parse(await readFile(configFile, 'utf8')) as InFile<T>;
  const pem = (path: string) => readFile(resolve(folder, path), 'utf8');
  const texts = tls && { caPem: await pem(tls.ca), keyPem: await pem(tls.key), certPem: await pem(tls.cert) };
  return { ...rest, dir: resolve(folder, dir), tls: texts } as unknown as T;
}
