import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trust } from '@lianzheng/document';
import { readCertificates, readCrls, SealCertificateError } from '@lianzheng/seal-certificate';
import { WrongUse } from '../failure.ts';

/** Certificates and lists of a folder: roots/, intermediates/, crls/. Throws WrongUse naming every file that is none, or no root. */
export async function readTrust(folder: string): Promise<Trust> {
  const problems: string[] = [];
  const roots = await readAll(join(folder, 'roots'), readCertificates, problems);
  const intermediates = await readAll(join(folder, 'intermediates'), readCertificates, problems);
  const crls = await readAll(join(folder, 'crls'), readCrls, problems);
  if (problems.length === 0 && roots.length === 0)
    problems.push(`${join(folder, 'roots')}：没有根证书 / no root certificate`);
  if (problems.length > 0) throw new WrongUse(problems);
  return { roots, intermediates, crls };
}

async function readAll<T>(folder: string, read: (file: Uint8Array) => T[], problems: string[]): Promise<T[]> {
  const found: T[] = [];
  for (const name of await namesIn(folder)) {
    const file = join(folder, name);
    try {
      found.push(...read(await readFile(file)));
    } catch (error) {
      if (!(error instanceof SealCertificateError)) throw error;
      problems.push(`${file}：不是证书或吊销列表 / ${error.message}`);
    }
  }
  return found;
}

/** Hidden files are none of ours; a folder that is absent holds nothing. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
