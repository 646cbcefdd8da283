import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Secret } from '@lianzheng/cipher';
import { calculateJwkThumbprint, type JWK } from 'jose';
import {
  createKeystore,
  encryptionKeyPem,
  exportIndexKeys,
  importIndexKeys,
  isEndorsedBy,
  type Keystore,
  openKeystore,
} from './index.ts';

const secret: Secret = { kind: 'random', bytes: randomBytes(32) };
const at = new Date('2026-03-01T00:00:00Z');
const later = new Date('2026-04-01T00:00:00Z');
const department = 'department:11440300007542123D';
const name = 'lianzheng/440300/status/1';

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lz-keystore-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'keys');
}

async function filled(folder: string): Promise<Keystore> {
  const keystore = await createKeystore(folder, secret);
  await keystore.addKey({ purpose: 'log:status', name, createdAt: at });
  await keystore.addKey({ purpose: 'witness', name: 'lianzheng/440300/witness', createdAt: at });
  for (const purpose of [department, 'data-wrap', 'holder-index', 'encryption'] as const) {
    await keystore.addKey({ purpose, createdAt: at });
  }
  return keystore;
}

test('every key survives in its own file and is opened by the one secret', async (t) => {
  const folder = await newFolder(t);
  const before = await filled(folder);
  const after = await openKeystore(folder, secret);
  assert.deepEqual(
    after
      .publicEntries()
      .map(({ keyId }) => keyId)
      .sort(),
    before
      .publicEntries()
      .map(({ keyId }) => keyId)
      .sort(),
  );
  assert.equal((await readdir(folder)).length, 7);
  const message = Buffer.from('checkpoint');
  const signature = sign(null, message, before.findKey('log:status')!.secret);
  assert.deepEqual(sign(null, message, after.findKey('log:status')!.secret), signature);
  assert.partialDeepStrictEqual(after.publicEntries('log:status'), before.publicEntries('log:status'));
});

test('no file shows a private key', async (t) => {
  const folder = await newFolder(t);
  const keystore = await filled(folder);
  const texts = await Promise.all(
    (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')),
  );
  for (const { purpose } of keystore.publicEntries()) {
    const { secret: key } = keystore.findKey(purpose)!;
    const hidden =
      key.type === 'secret' ? key.export().toString('base64url') : key.export({ format: 'jwk' }).d;
    for (const text of texts) assert.ok(!text.includes(hidden!));
  }
});

test('keys of EC are known by their RFC 7638 thumbprint', async (t) => {
  const keystore = await filled(await newFolder(t));
  for (const purpose of [department, 'encryption'] as const) {
    const { entry } = keystore.findKey(purpose)!;
    assert.equal(entry.keyId, await calculateJwkThumbprint(entry.publicJwk as JWK));
    assert.equal('d' in entry.publicJwk!, false);
  }
});

test('another secret opens nothing, an empty keystore included', async (t) => {
  const folder = await newFolder(t);
  await createKeystore(folder, secret);
  const other: Secret = { kind: 'random', bytes: randomBytes(32) };
  await assert.rejects(openKeystore(folder, other), { name: 'KeystoreError', code: 'secret' });
  await assert.rejects(createKeystore(folder, secret), { name: 'KeystoreError', code: 'exists' });
  await assert.rejects(openKeystore(join(folder, 'absent'), secret), { code: 'absent' });
});

test('a changed or renamed key file is named and refused; an unfinished write is passed over', async (t) => {
  const folder = await newFolder(t);
  await filled(folder);
  await writeFile(join(folder, '.unfinished-1-witness.0002.json'), '{"format":1,');
  await openKeystore(folder, secret);
  const path = join(folder, 'log.status.0001.json');
  const whole = await readFile(path, 'utf8');
  const changes = [
    whole.replace('"fromSize": 0', '"fromSize": 1'),
    whole.replace('status/1', 'status/2'),
    whole.replace('"log:status"', '"log:access"'),
    whole.slice(0, 40),
    await readFile(join(folder, 'witness.0001.json'), 'utf8'),
  ];
  for (const changed of changes) {
    assert.notEqual(changed, whole);
    await writeFile(path, changed);
    await assert.rejects(openKeystore(folder, secret), {
      code: 'damaged',
      message: /log\.status\.0001\.json/,
    });
  }
});

test('rotation endorses the new key and keeps the old one', async (t) => {
  const folder = await newFolder(t);
  const keystore = await filled(folder);
  const old = keystore.findKey('log:status')!;
  const entry = await keystore.rotateKey({ purpose: 'log:status', at: later, fromSize: 43 });
  assert.deepEqual([entry.name, entry.fromSize], [name, 43]);
  assert.ok(isEndorsedBy(old.entry.publicKey!, entry));
  assert.ok(!isEndorsedBy(entry.publicKey!, entry));
  const reopened = await openKeystore(folder, secret);
  assert.equal(reopened.findKey('log:status')?.entry.keyId, entry.keyId);
  const kept = reopened.findKey('log:status', old.entry.keyId)!;
  assert.deepEqual(kept.entry.retiredAt, later);
  const text = Buffer.from('old note');
  assert.ok(verify(null, text, createPublicKey(kept.secret), sign(null, text, old.secret)));
});

test('rotations at the same moment follow one another', async (t) => {
  const keystore = await filled(await newFolder(t));
  const [a, b] = await Promise.all([
    keystore.rotateKey({ purpose: 'log:status', at: later, fromSize: 10 }),
    keystore.rotateKey({ purpose: 'log:status', at: later, fromSize: 20 }),
  ]);
  assert.ok(isEndorsedBy(a.publicKey!, b));
  assert.deepEqual(
    keystore.listKeys('log:status').map(({ entry }) => entry.retiredAt === undefined),
    [true, false, false],
  );
});

test('a rotated holder-index key stays in use until it is retired', async (t) => {
  const keystore = await filled(await newFolder(t));
  const old = keystore.findKey('holder-index')!.entry;
  const fresh = await keystore.rotateKey({ purpose: 'holder-index', at: later });
  assert.equal(keystore.findKey('holder-index')?.entry.keyId, fresh.keyId);
  assert.equal(keystore.findKey('holder-index', old.keyId)?.entry.retiredAt, undefined);
  await keystore.retireKey('holder-index', old.keyId, later);
  assert.deepEqual(keystore.findKey('holder-index', old.keyId)?.entry.retiredAt, later);
  await assert.rejects(keystore.retireKey('witness', 'none', later), { code: 'absent' });
});

test('a key that signs notes needs a name, another must have none', async (t) => {
  const keystore = await createKeystore(await newFolder(t), secret);
  await assert.rejects(keystore.addKey({ purpose: 'witness', createdAt: at }), { code: 'refused' });
  await assert.rejects(keystore.addKey({ purpose: 'data-wrap', name, createdAt: at }), { code: 'refused' });
});

test('the holder-index keys travel wrapped to an enrolment key, and open at that node only', async (t) => {
  const province = await filled(await newFolder(t));
  await province.rotateKey({ purpose: 'holder-index', at: later });
  const city = await createKeystore(await newFolder(t), secret);
  const { publicJwk, ...entry } = await city.addKey({ purpose: 'encryption', createdAt: at });
  const wrapped = await exportIndexKeys(province, encryptionKeyPem({ ...entry, publicJwk }));

  assert.equal((await importIndexKeys(city, wrapped)).length, 2);
  assert.deepEqual(await importIndexKeys(city, wrapped), []);
  for (const { entry: sent, secret: key } of province.listKeys('holder-index')) {
    assert.ok(city.findKey('holder-index', sent.keyId)?.secret.equals(key));
  }
  const present = province.findKey('holder-index')?.entry.keyId;
  assert.equal(city.findKey('holder-index')?.entry.keyId, present);

  const stranger = await filled(await newFolder(t));
  await assert.rejects(importIndexKeys(stranger, wrapped), { code: 'absent' });
  await assert.rejects(importIndexKeys(city, `${wrapped.slice(0, -6)}AAAAAA`), { code: 'damaged' });
  await assert.rejects(importIndexKeys(city, 'junk'), { code: 'damaged' });
});
