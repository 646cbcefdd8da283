import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createAuthority } from '@lianzheng/certificate';
import { lz } from './lz.ts';

const ID = '1.2.156.3005.2.11440100YH00010374001.11440100YH00010374.A1.001.';
let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-cli-'));
});
after(() => rm(dir, { recursive: true }));

type Case = [name: string, args: string[], code: number, told: RegExp];

/** Nobody is asked in any of these; `@name` stands for a file of that content. */
const cases: Case[] = [
  ['no such command', ['frobnicate'], 2, /no such command: frobnicate/],
  ['half a command', ['log'], 2, /one of: log show, log prove/],
  ['an unknown option', ['links', '--wacth'], 2, /unknown option --wacth/],
  ['an unknown option that is nearly one', ['links', '--watchh'], 2, /did you mean --watch/],
  ['an unknown short option', ['links', '-x'], 2, /unknown option -x/],
  ['a missing value at the end', ['verify', '--node'], 2, /--node 缺少值/],
  ['a missing value before an option', ['verify', '--node', '--json'], 2, /--node 缺少值/],
  ['an empty value', ['verify', '--node='], 2, /--node 缺少值/],
  ['a value for a switch', ['links', '--watch=yes'], 2, /--watch 不带值/],
  ['an option twice', ['verify', '--node', '1', '--node', '2'], 2, /--node 只能给一次/],
  [
    'several problems at once',
    ['verify', 'a', 'b', '--x', 'c', '--node'],
    2,
    /unknown option --x[\s\S]*--node 缺少值[\s\S]*多余的参数 b/,
  ],
  ['a missing argument', ['log', 'show', '440100'], 2, /缺少 LOG/],
  ['a bad node', ['log', 'show', '44', 'status'], 2, /division code/],
  ['a bad log', ['log', 'show', '440100', 'stats'], 2, /one of status, catalog, access/],
  ['a bad number', ['log', 'show', '440100', 'status', '--limit', '-5'], 2, /--limit=-5/],
  [
    'a number that is none',
    ['log', 'show', '440100', 'status', '--limit', 'x', '--mesh', '@{"ca":"x","nodes":[]}'],
    2,
    /node|--limit/,
  ],
  ['a sequence that is none', ['log', 'prove', '440100', 'status', '-1'], 2, /unknown option -1|序号/],
  ['no identifier', ['verify'], 2, /missing the identifier/],
  ['a bad identifier', ['verify', `${ID}Z`], 2, /校验位应为/],
  ['a bad identifier of a command', ['suspend', '1.2.3', '--reason', 'PENALTY'], 2, /根代码应为/],
  ['a time that is none', ['verify', `${ID}0`, '--as-of', '2026-02-30'], 2, /--as-of 不是时间/],
  ['a staleness beyond uint32', ['verify', ID, '--max-staleness', '99999999999'], 2, /max_staleness_ms/],
  ['an unknown kind of revocation', ['revoke', ID, '--kind', '没收'], 2, /--kind 应为/],
  ['void as a kind of revocation', ['revoke', ID, '--kind', '作废'], 2, /lz void/],
  ['a holder of another form', ['issue', '--holder', '张三'], 2, /--holder 应为/],
  ['an item without value', ['issue', '--item', 'grade'], 2, /--item 应为 键=值/],
  ['an item twice', ['issue', '--item', 'a=1', '--item', 'a=2'], 2, /each key once/],
  ['an unknown role', ['links', '--as', 'king', '--mesh', '@{"ca":"x","nodes":[]}'], 2, /--as 应为/],
  [
    'a mesh file that is not there',
    ['links', '--mesh', '/nowhere/mesh.json'],
    2,
    /\/nowhere\/mesh\.json 文件或文件夹不存在/,
  ],
  ['a mesh file that is a folder', ['links', '--mesh', '/'], 2, /是文件夹/],
  ['a mesh file that is not JSON', ['links', '--mesh', '@{"ca":'], 2, /不是有效的 JSON/],
  ['a mesh file without nodes', ['links', '--mesh', '@{"ca":"x"}'], 2, /nodes 有误或缺少/],
  [
    'a mesh file with a bad address',
    ['links', '--mesh', '@{"ca":"x","nodes":[{"node":"1","tier":"city","services":{"audit":{}}}]}'],
    2,
    /nodes\[0\]\.services\.audit\.address/,
  ],
  [
    'an unknown node',
    [
      'links',
      '--node',
      '999999',
      '--mesh',
      '@{"ca":"x","nodes":[{"node":"440100","tier":"city","services":{}}]}',
    ],
    2,
    /没有节点 999999/,
  ],
  ['an address of another form', ['links', '--address', 'localhost'], 2, /--address 应为/],
  [
    'an address without identity',
    ['links', '--address', 'localhost:1'],
    2,
    /缺少 --ca[\s\S]*缺少 --cert[\s\S]*缺少 --key/,
  ],
  [
    'a certificate that is none',
    ['links', '--address', 'localhost:1', '--ca', '@x', '--cert', '@x', '--key', '@x'],
    2,
    /不是 PEM/,
  ],
  ['a request file that is not there', ['issue', '--file', '/nowhere.json'], 2, /不存在/],
  ['a request that is not JSON', ['issue', '--file', '@{]'], 2, /不是有效的 JSON/],
  ['a request that is no object', ['issue', '--file', '@[]'], 2, /应为 JSON 对象/],
  [
    'a request with an unknown field',
    ['issue', '--file', '@{"data":{"colour":"red"}}'],
    2,
    /LicenceData.*"colour" is unknown/,
  ],
  [
    'a request with a wrong type',
    ['issue', '--file', '@{"data":{"typeCode":5}}'],
    2,
    /LicenceData\.type_code.*expected string/,
  ],
  [
    'a request with an unknown enum value',
    ['revoke', '--file', '@{"kind":"TICKLE"}'],
    2,
    /RevokeLicenceRequest\.kind/,
  ],
  [
    'a request with an absurd time',
    ['issue', '--file', '@{"header":{"decidedAt":"yesterday"}}'],
    2,
    /decided_at|Timestamp/,
  ],
  [
    'deep nesting',
    ['issue', '--file', `@${'{"data":'.repeat(5000)}1${'}'.repeat(5000)}`],
    2,
    /嵌套超过 100 层/,
  ],
  ['no file to import', ['import'], 2, /缺少 FILE/],
  ['an import without case', ['import', '@x'], 2, /缺少 --case[\s\S]*缺少 --officer/],
  ['an import of nothing', ['import', '/nowhere.csv', '--case', 'a', '--officer', 'b'], 2, /不存在/],
  ['an import of an empty file', ['import', '@', '--case', 'a', '--officer', 'b'], 2, /是空文件/],
  [
    'an import of another CSV',
    ['import', '@a;b\n1;2\n', '--case', 'a', '--officer', 'b'],
    2,
    /缺少列 ZZLXDM[\s\S]*缺少列 ZZBH/,
  ],
  [
    'an import with a column twice',
    ['import', '@ZZLXDM,ZZBH,ZZBH\n1,2,3\n', '--case', 'a', '--officer', 'b'],
    2,
    /列名重复 ZZBH/,
  ],
  ['an import without rows', ['import', '@ZZLXDM,ZZBH\n', '--case', 'a', '--officer', 'b'], 2, /没有数据行/],
  [
    'an import with an open quote',
    ['import', '@ZZLXDM,ZZBH\n1,2\n3,"4\n', '--case', 'a', '--officer', 'b'],
    2,
    /第 3 行：引号没有结束/,
  ],
  [
    'a format that is none',
    ['import', '@x', '--format', 'xls', '--case', 'a', '--officer', 'b'],
    2,
    /csv or jsonl: xls/,
  ],
  ['a good identifier', ['identifier', 'check', `${ID}X`], 1, /校验位应为/],
  [
    'an identifier of a bad type',
    ['identifier', 'make', '--type', 'x', '--issuer', '11440100YH00010374'],
    2,
    /--type 证照类型代码应为/,
  ],
  [
    'a version beyond 999',
    [
      'identifier',
      'make',
      '--type',
      '11440100YH00010374001',
      '--issuer',
      '11440100YH00010374',
      '--version',
      '1000',
    ],
    2,
    /--version/,
  ],
  ['stock without count', ['generate', 'stock', '--type', 'x'], 2, /缺少 --count/],
  [
    'stock with an absurd share',
    ['generate', 'stock', '--type', 'x', '--count', '1', '--broken', '2'],
    2,
    /--broken 应为/,
  ],
  [
    'stock of a type that is no type',
    ['generate', 'stock', '--count', '1', '--type-file', '@{"code":1}'],
    2,
    /LicenceType\.code/,
  ],
  ['a check of nothing', ['log', 'check', '/nowhere'], 2, /不存在/],
  ['a check of another folder', ['log', 'check', '/'], 2, /holds no exported log/],
  ['a check of another file', ['log', 'check', '@hello'], 2, /不是快照文件/],
  ['a load of another file', ['snapshot', 'load', '@hello'], 2, /不是快照文件/],
  ['node init without anything', ['node', 'init'], 2, /缺少 --dir/],
  [
    'node init with a bad code',
    ['node', 'init', '--dir', '/nowhere', '--node', '44', '--name', 'x', '--exchange', 'y'],
    2,
    /--node 应为[\s\S]*--exchange 应为/,
  ],
  ['a bundle that is none', ['node', 'init', '--dir', '/nowhere', '--bundle', '@x'], 2, /缺少文件|格式有误/],
  ['a node request that is none', ['node', 'bundle', '--dir', '/nowhere', '--csr', '@{}'], 2, /格式有误/],
];

describe('bad input is told in Chinese and English, never with a stack', { concurrency: 4 }, () => {
  for (const [index, [name, args, code, told]] of cases.entries()) {
    test(name, async () => {
      const given = await Promise.all(
        args.map((arg, i) => (arg.startsWith('@') ? file(`${index}-${i}`, arg.slice(1)) : arg)),
      );
      const result = await lz(given);
      assert.match(result.stderr, told);
      assert.equal(result.code, code, result.stderr);
      assert.equal(result.stdout, '');
      assert.doesNotMatch(result.stderr, /^\s+at |node:internal|\.ts:\d/m);
      assert.doesNotMatch(result.stderr, /internal error/);
    });
  }
});

test('nobody listens', async () => {
  const { certPem, keyPem } = await createAuthority({ commonName: 'nobody', days: 1, now: new Date() });
  const [cert, key] = [await file('cert.pem', certPem), await file('key.pem', keyPem)];
  const { code, stderr } = await lz([
    'links',
    '--address',
    '127.0.0.1:1',
    '--ca',
    cert,
    '--cert',
    cert,
    '--key',
    key,
  ]);
  assert.deepEqual([code, /UNAVAILABLE/.test(stderr)], [3, true], stderr);
});

test('LZ_DEBUG=1 shows the stack', async () => {
  const { stderr } = await lz(['frobnicate'], { env: { LZ_DEBUG: '1' } });
  assert.match(stderr, /\n\s+at /);
});

test('files that are not UTF-8', async () => {
  const gbk = Buffer.concat([
    Buffer.from('ZZLXDM,ZZBH,KZ_a\n1,2,3\n4,5,'),
    Buffer.from([0xd6, 0xd0]),
    Buffer.from('\n'),
  ]);
  const path = join(dir, 'gbk.csv');
  await writeFile(path, gbk);
  const imported = await lz(['import', path, '--case', 'a', '--officer', 'b']);
  assert.deepEqual(
    [imported.code, /第 3 行不是 UTF-8[\s\S]*GBK/.test(imported.stderr)],
    [2, true],
    imported.stderr,
  );
  const asked = await lz(['issue', '--file', path]);
  assert.deepEqual([asked.code, /不是 UTF-8/.test(asked.stderr)], [2, true]);
});

test('a request from standard input, flags over it', async () => {
  const { code, stderr } = await lz(['issue', '--file', '-', '--item', 'x'], { stdin: '{"data":{}}' });
  assert.deepEqual([code, /--item/.test(stderr)], [2, true]);
});

async function file(name: string, content: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content);
  return path;
}
