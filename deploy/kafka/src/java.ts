import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OLDEST_JAVA = 17;

export interface Java {
  command: string;
  /** Such as 17.0.15: class-data archives fit one version only. */
  version: string;
}

/** A line of log per warning, with its time; standard error goes to the process's log file. */
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  // Twenty lines a second while a link is cut: the states and the supervisor tell it better.
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients.NetworkClient=error',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** Small and quick to start: three brokers, two MirrorMakers and Node share two cores. */
export function javaArguments(lib: string, heapMb: number, classData: readonly string[]): string[] {
  const memory = [
    `-Xmx${heapMb}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
  ];
  return [...memory, ...classData, ...LOGGING, '-cp', `${lib}/*`];
}

/** JAVA_HOME's or PATH's java. Throws, in Chinese and English, when there is none of version 17 or later. */
export async function findJava(): Promise<Java> {
  const command = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const version = await versionOf(command);
  if (version && Number.parseInt(version, 10) >= OLDEST_JAVA) return { command, version };
  const found = version ? `（现为 ${version}）` : '';
  throw new Error(
    `Kafka 需要 Java ${OLDEST_JAVA} 或更高版本${found}。请安装：apt-get install openjdk-17-jre-headless maven\n` +
      `Kafka needs Java ${OLDEST_JAVA} or later${version ? ` (found ${version})` : ''}: apt-get install openjdk-17-jre-headless maven`,
  );
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stderr } = await run(command, ['-version']);
    return /version "([^"]+)"/.exec(stderr)?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
