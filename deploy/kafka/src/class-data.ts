import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Java } from './java.ts';

export type Program = 'broker' | 'mirror';

/** Archives lie beside the jars and fit one version of Java; the JVM itself ignores one that does not fit. */
export function archiveFile(lib: string, java: Java, program: Program): string {
  return join(lib, `${program}-java-${java.version}.jsa`);
}

/** Arguments that make a start a third faster where the archive was made, none elsewhere. */
export function useArchive(lib: string, java: Java, program: Program): string[] {
  const file = archiveFile(lib, java, program);
  return existsSync(file)
    ? [`-XX:SharedArchiveFile=${file}`, '-Xshare:auto', '-Xlog:disable', '-Xlog:all=error']
    : [];
}

export function makeArchive(file: string): string[] {
  return [`-XX:ArchiveClassesAtExit=${file}`, '-Xlog:disable', '-Xlog:all=error'];
}
