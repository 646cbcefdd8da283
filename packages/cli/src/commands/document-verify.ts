import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Report, verifyDocument } from '@lianzheng/document';
import type { Command } from '../command.ts';
import { readTrust } from '../document/trust.ts';
import { print, printJson, tell } from '../io.ts';
import { flag, option } from '../options.ts';

export const documentVerify: Command = {
  positionals: [{ name: 'FILE', words: ['OFD 文件', 'OFD file'] }],
  options: {
    trust: option(
      'DIR',
      '信任目录：roots/ 根证书、intermediates/ 中间证书、crls/ 吊销列表（PEM 或 DER）',
      'what is trusted: roots/, intermediates/, crls/, as PEM or DER',
    ),
    json: flag('输出 JSON 报告', 'print the report as JSON'),
  },
  notes: [
    [
      '不连接任何节点。没有 --trust 时，能查出文件有无改动，但不能确认印章由谁签发。',
      'Needs no node. Without --trust it is found whether the file was changed, but not who stands behind the seals.',
    ],
    [
      '退出码：0 各项通过；1 有一项不通过，或文件与签章的检查不能完成。',
      'Exit code 0: all is well; 1: a check failed, or one of file and seals could not be made.',
    ],
  ],
  examples: [
    'lz document verify 营业执照.ofd --trust ./trust',
    'lz document verify licence.ofd --trust ./trust --json',
  ],
  async run({ flags, io }) {
    const file = await readFile(flags.argument('FILE'));
    const folder = flags.text('trust');
    const trust = folder === undefined ? { roots: [] } : await readTrust(join(folder));
    if (folder === undefined)
      tell(io, '注意：未给出 --trust，印章的签发者无从确认 / mind: without --trust nobody is trusted');
    const report = verifyDocument(file, { ...trust, now: io.now() });
    if (flags.on('json')) printJson(io, reportJson(report));
    else for (const line of reportLines(report)) print(io, line);
    return report.ok ? 0 : 1;
  },
};

function reportJson({ ok, checks, seals, title }: Report) {
  return {
    ok,
    title,
    checks: checks.map(({ name, result, reason }) => ({
      name,
      result,
      reason: `${reason.zh} / ${reason.en}`,
    })),
    seals: seals.map(({ name, signer, signedAt }) => ({ name, signer, signedAt: signedAt?.toISOString() })),
  };
}

const marks = { passed: '✓ 通过  ', failed: '✗ 不通过', 'not-possible': '? 不能查' } as const;

function reportLines({ ok, checks, seals, title = '' }: Report): string[] {
  return [
    `${ok ? '✓ 文件可信 / good' : '✗ 文件不可信或未能确认 / not good, or not confirmed'}  ${title}`,
    ...seals.map(
      ({ name, signer, signedAt }) => `  印章 seal  ${name} · ${signer} · ${signedAt?.toISOString() ?? '—'}`,
    ),
    ...checks.map(
      ({ name, result, reason }) => `  ${marks[result]}  ${name.padEnd(13)}  ${reason.zh} / ${reason.en}`,
    ),
  ];
}
