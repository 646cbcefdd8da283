import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createSampleAuthority, STAMP, samplePress } from '@lianzheng/document/sample';
import { pack } from '@lianzheng/ofd';
import { loadFonts } from '@lianzheng/ofd/fonts';
import { prepareFonts } from '@lianzheng/ofd/fonts/prepare';
import { sealOfd } from '@lianzheng/seal';
import { certificatePem, crlPem } from '@lianzheng/seal-certificate';
import { lz } from './lz.ts';

let dir: string;
const good = () => join(dir, 'good.ofd');
const trust = () => join(dir, 'trust');

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-document-'));
  await prepareFonts();
  const signedAt = new Date(Date.now() - 60_000);
  const authority = createSampleAuthority(signedAt);
  const { seal, party } = authority.seal('样本市样本局');
  const press = samplePress(await loadFonts());
  const required = [{ kind: 'legal-name', department: '样本市样本局' }] as const;
  const entries = sealOfd(press.make(required), { seal, signedAt, stamps: [STAMP] }, party);
  await writeFile(good(), pack(entries));
  await writeFile(join(dir, 'bad.ofd'), pack(new Map(entries).set('Doc_0/More.xml', Buffer.from('<a/>'))));
  for (const part of ['roots', 'crls']) await mkdir(join(trust(), part), { recursive: true });
  await writeFile(join(trust(), 'roots/root.pem'), certificatePem(authority.root));
  await writeFile(join(trust(), 'crls/list.pem'), crlPem(authority.crl()));
});
after(() => rm(dir, { recursive: true }));

test('a good document, in words and as JSON', async () => {
  const { code, stdout } = await lz(['document', 'verify', good(), '--trust', trust()]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /文件可信 \/ good {2}样本许可证/);
  assert.match(stdout, /印章 seal {2}样本市样本局（样本）/);
  const json = await lz(['document', 'verify', good(), '--trust', trust(), '--json']);
  const report = JSON.parse(json.stdout);
  assert.equal(report.ok, true);
  assert.deepEqual(Object.keys(report.checks[0]), ['name', 'result', 'reason']);
  assert.equal(report.checks.length, 11);
});

test('a file slipped in, and a file that is no OFD, exit with 1 and a reason', async () => {
  const bad = await lz(['document', 'verify', join(dir, 'bad.ofd'), '--trust', trust()]);
  assert.deepEqual([bad.code, /夹带.*Doc_0\/More\.xml/.test(bad.stdout)], [1, true], bad.stdout);
  const none = await lz(['document', 'verify', join(trust(), 'roots/root.pem'), '--trust', trust()]);
  assert.deepEqual([none.code, /不是压缩包/.test(none.stdout)], [1, true], none.stdout);
});

test('without trust nobody stands behind the seals; a trust folder without roots is wrong use', async () => {
  const { code, stdout, stderr } = await lz(['document', 'verify', good(), '--json']);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string }[] };
  assert.equal(code, 1);
  assert.deepEqual(
    checks.filter(({ result }) => result === 'failed').map(({ name }) => name),
    ['chain'],
  );
  assert.match(stderr, /未给出 --trust/);
  const empty = await lz(['document', 'verify', good(), '--trust', dir]);
  assert.deepEqual([empty.code, /没有根证书/.test(empty.stderr)], [2, true], empty.stderr);
  await writeFile(join(trust(), 'crls/broken.pem'), 'x');
  const broken = await lz(['document', 'verify', good(), '--trust', trust()]);
  assert.deepEqual([broken.code, /broken\.pem/.test(broken.stderr)], [2, true], broken.stderr);
  await rm(join(trust(), 'crls/broken.pem'));
});
