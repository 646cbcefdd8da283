import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.ts';

const run = promisify(execFile);

export const KAFKA_VERSION = '4.3.1';
const POM = join(import.meta.dirname, '..', 'pom.xml');
const CACHE = resolve(import.meta.dirname, '..', '..', '..', 'var', 'kafka', KAFKA_VERSION);

export interface JarOptions {
  /** Takes what takes long, for people who wait. */
  log?: (text: string) => void;
  /** Cache folder; default `LZ_KAFKA_LIB`, else `var/kafka/<version>` of the repository. */
  lib?: string;
}

/**
 * The folder with the jars of broker, MirrorMaker and tools, fetched by Maven the first time; processes that race fetch once.
 * Throws, in Chinese and English, when they are not there and cannot be fetched.
 */
export async function ensureJars({ log = () => undefined, lib }: JarOptions = {}): Promise<{ lib: string }> {
  const own = process.env.LZ_KAFKA_LIB;
  const folder = resolve(lib ?? own ?? CACHE);
  if (hasJars(folder)) return { lib: folder };
  if (!lib && own)
    throw new Error(`LZ_KAFKA_LIB 中没有 Kafka 的 jar：${own}\nNo Kafka jars in LZ_KAFKA_LIB: ${own}`);
  await mkdir(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (!hasJars(folder)) await fetchJars(folder, log);
  });
  return { lib: folder };
}

function hasJars(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /^kafka_2\.13-.*\.jar$/.test(name));
}

async function fetchJars(folder: string, log: (text: string) => void): Promise<void> {
  log(`用 Maven 获取 Kafka ${KAFKA_VERSION}（约 54 MB）/ fetching Kafka ${KAFKA_VERSION} with Maven, 54 MB`);
  // A name of our own: two that take over a dead process's lock in the same moment may both be here.
  const unfinished = `${folder}.new-${process.pid}`;
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`];
  try {
    await run('mvn', ['-q', '-B', '-f', POM, ...goal], { maxBuffer: 16 * 1024 * 1024 });
    if (hasJars(folder)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } catch (cause) {
    throw cannotFetch(cause);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function cannotFetch(cause: unknown): Error {
  const { code, stdout = '' } = cause as { code?: unknown; stdout?: string };
  if (code === 'ENOENT') {
    return new Error(
      '获取 Kafka 需要 Maven。请安装：apt-get install openjdk-17-jre-headless maven；或用 LZ_KAFKA_LIB 指明已有 jar 的目录。\n' +
        'Getting Kafka needs Maven: apt-get install openjdk-17-jre-headless maven; or name a folder of its jars in LZ_KAFKA_LIB.',
      { cause },
    );
  }
  return new Error(
    `Maven 未能获取 Kafka ${KAFKA_VERSION}；可用 LZ_KAFKA_LIB 指明已有 jar 的目录。\n` +
      `Maven could not get Kafka ${KAFKA_VERSION}; a folder of its jars may be named in LZ_KAFKA_LIB.\n${stdout.slice(-2_000)}`,
    { cause },
  );
}
