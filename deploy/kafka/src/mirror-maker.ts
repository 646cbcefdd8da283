import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Exit, spawnGuarded } from '@lianzheng/deploy-process';
import type { ClusterTls } from '@lianzheng/kafka/cluster-admin';
import { makeArchive, useArchive } from './class-data.ts';
import { ensureJars } from './jars.ts';
import { findJava, javaArguments } from './java.ts';
import { type MirrorCluster, mirrorProperties } from './mirror-properties.ts';
import { propertiesText } from './properties.ts';
import { tlsProperties } from './tls.ts';

export interface MirrorMakerOptions {
  /** Configuration and log. Nothing that must be kept: its positions are in topics. */
  dir: string;
  city: MirrorCluster;
  province: MirrorCluster;
  /** Shown to both brokers. */
  tls?: ClusterTls;
  log?: (text: string) => void;
  /** File into which a class-data archive is written at stop(). */
  archiveInto?: string;
}

export interface MirrorMaker {
  dir: string;
  pid: number;
  exited: Promise<Exit>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  pause(): void;
  resume(): void;
}

/**
 * Starts one MirrorMaker 2 process; resolves as soon as it runs, whether or not the clusters can be reached. Whether it carries,
 * only its status topics tell (`watchCarrierState`); something must watch them (`superviseMirror`).
 */
export async function startMirrorMaker(options: MirrorMakerOptions): Promise<MirrorMaker> {
  const [{ lib }, java] = await Promise.all([ensureJars({ log: options.log }), findJava()]);
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const tlsFiles = options.tls && (await tlsProperties(join(dir, 'tls'), options.tls));
  const configFile = join(dir, 'mm2.properties');
  await writeFile(configFile, propertiesText(mirrorProperties(options.city, options.province, tlsFiles)), {
    mode: 0o600,
  });
  const classData = options.archiveInto ? makeArchive(options.archiveInto) : useArchive(lib, java, 'mirror');
  const mirror = await spawnGuarded({
    command: java.command,
    args: [...javaArguments(lib, 192, classData), 'org.apache.kafka.connect.mirror.MirrorMaker', configFile],
    logFile: join(dir, 'mirror.log'),
    cwd: dir,
  });
  return {
    dir,
    pid: mirror.pid,
    exited: mirror.exited,
    // Writing an archive takes longer than stopping.
    stop: async () => void (await mirror.stop('SIGTERM', options.archiveInto ? 120_000 : 8_000)),
    kill9: async () => void (await mirror.stop('SIGKILL')),
    pause: () => mirror.kill('SIGSTOP'),
    resume: () => mirror.kill('SIGCONT'),
  };
}
