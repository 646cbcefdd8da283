import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { type Java, javaArguments } from './java.ts';

const run = promisify(execFile);

/** Prepares an empty folder for records under a new cluster id; one that is prepared stays as it is. */
export async function formatStorage(
  java: Java,
  lib: string,
  configFile: string,
  classData: readonly string[],
): Promise<void> {
  const command = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    newClusterId(),
    '-c',
    configFile,
    '--ignore-formatted',
  ];
  await run(java.command, [...javaArguments(lib, 128, classData), ...command]);
}

/** Kafka's form of a UUID: 22 characters of URL-safe base64, never starting with a dash, which tools take for an option. */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
