import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeCertificate } from '@lianzheng/certificate';
import { layoutOf, readNodeIdentity, readTrust } from '@lianzheng/enrolment';
import type { ExitCode, Invocation } from './command.ts';
import { print, printJson } from './io.ts';
import { table } from './table.ts';
import { shown } from './times.ts';

const WARN_BEFORE_MS = 30 * 24 * 3600 * 1000;

type CertificateStatus = { file: string; name: string; until: Date; state: 'good' | 'soon' | 'expired' };

/** What a node's folder says about itself, without any connection. */
export async function folderStatus({ flags, io }: Invocation, dir: string): Promise<ExitCode> {
  const identity = await readNodeIdentity(dir);
  const enrolled = await readTrust(dir).then(
    ({ pinnedKeys }) => pinnedKeys.length > 0,
    () => false,
  );
  const certificates = await certificatesIn(dirname(layoutOf(dir).ca), io.now());
  const good = enrolled && certificates.every(({ state }) => state === 'good');
  if (flags.on('json')) printJson(io, { ...identity, enrolled, certificates });
  else {
    print(io, `节点 ${identity.node} ${identity.name}（${identity.tier}） / node`);
    print(io, `exchange ${identity.exchangeAddress}`);
    print(io, enrolled ? '已入网 / enrolled' : '未入网：尚未装入入网包 / not enrolled: no bundle installed');
    const rows = certificates.map(({ file, name, until, state }) => [
      file,
      name,
      shown(until),
      stateWords[state],
    ]);
    for (const line of table(['证书 certificate', '身份 name', '有效至 until', ''], rows)) print(io, line);
  }
  return good ? 0 : 1;
}

const stateWords = { good: '', soon: '即将到期 ends soon', expired: '已过期 EXPIRED' };

async function certificatesIn(folder: string, now: Date): Promise<CertificateStatus[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pem')).sort();
  return Promise.all(
    files.map(async (file) => {
      const { commonName, uris, notAfterAt } = describeCertificate(
        await readFile(join(folder, file), 'utf8'),
      );
      const leftMs = notAfterAt.getTime() - now.getTime();
      const state = leftMs < 0 ? 'expired' : leftMs < WARN_BEFORE_MS ? 'soon' : 'good';
      return { file, name: uris[0] ?? commonName ?? '', until: notAfterAt, state };
    }),
  );
}
