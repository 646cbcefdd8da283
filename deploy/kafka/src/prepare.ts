import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { watchCarrierState } from '@lianzheng/kafka/carrier-state';
import { ensureTopics } from '@lianzheng/kafka/cluster-admin';
import { topicsOf } from './acls.ts';
import { startBroker } from './broker.ts';
import { archiveFile } from './class-data.ts';
import { ensureJars, type JarOptions } from './jars.ts';
import { findJava } from './java.ts';
import { withLock } from './lock.ts';
import { startMirrorMaker } from './mirror-maker.ts';

/**
 * Everything that later starts are spared: the jars, and class-data archives of broker and MirrorMaker, made once from a short
 * run of both. Without archives (a folder we may not write) all works the same, only slower.
 */
export async function prepareKafka(options: Pick<JarOptions, 'log'> = {}): Promise<{ lib: string }> {
  const { lib } = await ensureJars(options);
  const java = await findJava();
  const broker = archiveFile(lib, java, 'broker');
  const mirror = archiveFile(lib, java, 'mirror');
  const made = () => existsSync(broker) && existsSync(mirror);
  if (made()) return { lib };
  try {
    await withLock(join(lib, 'archives.lock'), async () => {
      if (made()) return;
      options.log?.('为 Kafka 生成类数据归档，仅此一次 / making class-data archives for Kafka, once');
      await rehearse(broker, mirror);
    });
  } catch (error) {
    options.log?.(
      `没有类数据归档，启动较慢 / no class-data archives, starts take longer: ${(error as Error).message}`,
    );
  }
  return { lib };
}

/** A broker and a MirrorMaker from this broker to itself, ended properly: that is when the JVM writes its archive. */
async function rehearse(brokerArchive: string, mirrorArchive: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'lz-kafka-archive-'));
  try {
    const broker = await startBroker({
      name: 'rehearsal',
      dir: join(dir, 'broker'),
      archiveInto: unfinished(brokerArchive),
    });
    try {
      await ensureTopics(broker, topicsOf('a'));
      const city = { node: 'a', bootstrap: broker.bootstrap };
      const province = { node: 'b', bootstrap: broker.bootstrap };
      const archiveInto = unfinished(mirrorArchive);
      const mirror = await startMirrorMaker({ dir: join(dir, 'mirror'), city, province, archiveInto });
      await untilRunning(broker.bootstrap, mirror.exited);
      await mirror.stop();
    } finally {
      await broker.stop();
    }
    await rename(unfinished(brokerArchive), brokerArchive);
    await rename(unfinished(mirrorArchive), mirrorArchive);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function unfinished(archive: string): string {
  return `${archive}.new-${process.pid}`;
}

async function untilRunning(bootstrap: string, exited: Promise<unknown>): Promise<void> {
  const ended = exited.then(() => Promise.reject(new Error('MirrorMaker ended early')));
  const tooLate = delay(30_000, undefined, { ref: false }).then(() =>
    Promise.reject(new Error('MirrorMaker never ran')),
  );
  let watch: ReturnType<typeof watchCarrierState> | undefined;
  const running = new Promise<void>((resolve) => {
    watch = watchCarrierState({
      target: { bootstrap },
      source: 'a',
      onState: ({ state, task }) => state === 'RUNNING' && task === 0 && resolve(),
    });
  });
  try {
    await Promise.race([running, ended, tooLate]);
  } finally {
    ended.catch(() => undefined);
    tooLate.catch(() => undefined);
    await watch?.stop();
  }
}
