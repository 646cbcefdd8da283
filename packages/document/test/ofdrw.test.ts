// ofdrw as judge, both ways: it validates what we seal, and we what it makes and seals.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type Entries, pack, unpack } from '@lianzheng/ofd';
import { loadFonts } from '@lianzheng/ofd/fonts';
import { prepareFonts } from '@lianzheng/ofd/fonts/prepare';
import { ofdrw } from '@lianzheng/ofd/judge';
import { sealOfd } from '@lianzheng/seal';
import { createSampleAuthority, type SampleSeal, STAMP, samplePress } from '../sample/index.ts';
import { verifyDocument } from '../src/index.ts';

await prepareFonts();
const judge = await ofdrw();
const folder = mkdtempSync(path.join(tmpdir(), 'lz-document-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

const now = new Date();
const authority = createSampleAuthority(now);
const trust = { roots: [authority.root], crls: [authority.crl()], now: new Date(now.getTime() + 60_000) };
const CITY = { kind: 'legal-name', department: '样本市样本局' } as const;
const PROVINCE = { kind: 'legal-name', department: '样本省样本厅' } as const;
const city = authority.seal(CITY.department);
const province = authority.seal(PROVINCE.department);

function written(name: string, entries: Entries): string {
  writeFileSync(at(name), pack(entries));
  return at(name);
}

test('ofdrw validates what we seal, with one and with two seals, and refuses what was changed', async () => {
  const press = samplePress(await loadFonts());
  const input = { signedAt: now, stamps: [STAMP] };
  const one = sealOfd(press.make([CITY]), { ...input, seal: city.seal }, city.party);
  const half = sealOfd(press.make([CITY, PROVINCE]), { ...input, seal: city.seal }, city.party);
  const both = sealOfd(half, { ...input, seal: province.seal }, province.party);
  const changed = new Map(one).set('Doc_0/Attachs/metadata.xml', Buffer.from('<Metadata/>'));
  const files = [written('one', one), written('both', both), written('changed', changed)];
  const [first, second, third] = (await judge('validate', ...files)).trim().split('\n');
  assert.deepEqual([first, second], ['good', 'good']);
  assert.notEqual(third, 'good');
});

/** `name` sealed once more by ofdrw. */
async function sealedByOfdrw(
  from: string,
  to: string,
  { seal, party }: SampleSeal,
  mode: string,
): Promise<Buffer> {
  writeFileSync(at('seal'), seal.bytes);
  writeFileSync(at('key'), party.privateKey.key.export({ type: 'pkcs8', format: 'der' }));
  writeFileSync(at('certificate'), party.certificate.bytes);
  await judge('seal', at(from), at(to), at('seal'), at('key'), at('certificate'), mode);
  return readFileSync(at(to));
}

test('what ofdrw makes and seals, once and twice, is accepted but for an unknown root; changed it is not', async () => {
  await judge('make', at('theirs.ofd'), '你好，联证');
  const whole = await sealedByOfdrw('theirs.ofd', 'whole.ofd', city, 'WholeProtected');
  await sealedByOfdrw('theirs.ofd', 'first.ofd', city, 'ContinueSign');
  const twice = await sealedByOfdrw('first.ofd', 'twice.ofd', province, 'ContinueSign');
  for (const file of [whole, twice]) {
    const report = verifyDocument(file, trust);
    assert.ok(report.ok, JSON.stringify(report.checks, null, 1));
    const stranger = verifyDocument(file, { ...trust, roots: [] });
    assert.deepEqual(
      stranger.checks.filter(({ result }) => result === 'failed').map(({ name }) => name),
      ['chain'],
    );
    for (const name of unpack(file).keys()) {
      const entries = unpack(file);
      const bytes = Buffer.from(entries.get(name)!);
      bytes[bytes.length - 3]! ^= 1;
      assert.equal(verifyDocument(pack(entries.set(name, bytes)), trust).ok, false, name);
    }
  }
});
