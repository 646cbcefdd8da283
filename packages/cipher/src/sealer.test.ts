import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSealer, parseEnvelope, readSecret, type Secret } from './index.ts';

const passphrase: Secret = { kind: 'passphrase', passphrase: '正确的马电池订书钉' };
const mounted: Secret = { kind: 'random', bytes: randomBytes(32) };

for (const secret of [passphrase, mounted]) {
  test(`${secret.kind}: another process opens what was sealed, with the same secret and context only`, async () => {
    const written = JSON.stringify(await createSealer(secret).seal(Buffer.from('key'), 'witness'));
    const envelope = parseEnvelope(JSON.parse(written));
    assert.deepEqual(await createSealer(secret).open(envelope, 'witness'), Buffer.from('key'));
    await assert.rejects(createSealer(secret).open(envelope, 'log:status'), { code: 'refused' });
    const wrong: Secret =
      secret.kind === 'random'
        ? { kind: 'random', bytes: randomBytes(32) }
        : { kind: 'passphrase', passphrase: '错误的马电池订书钉' };
    await assert.rejects(createSealer(wrong).open(envelope, 'witness'), { code: 'refused' });
  });
}

test('the envelope names algorithms and parameters', async () => {
  const { derivation, cipher } = await createSealer(passphrase).seal(Buffer.from('key'), 'witness');
  assert.equal(cipher, 'AES-256-GCM');
  assert.ok(derivation.name === 'scrypt' && derivation.N >= 2 ** 15);
});

test('a secret of the other kind opens nothing', async () => {
  const envelope = await createSealer(mounted).seal(Buffer.from('key'), 'witness');
  await assert.rejects(createSealer(passphrase).open(envelope, 'witness'), { code: 'refused' });
});

test('weak, costly and unknown algorithms are refused before anything is derived', async () => {
  const envelope = await createSealer(passphrase).seal(Buffer.from('key'), 'witness');
  const derivation = { ...envelope.derivation };
  for (const change of [
    { derivation: { ...derivation, N: 2 ** 14 } },
    { derivation: { ...derivation, N: 2 ** 30 } },
    { derivation: { ...derivation, N: 50_000 } },
    { derivation: { ...derivation, r: 1 } },
    { derivation: { ...derivation, name: 'PBKDF2' } },
    { cipher: 'AES-128-CBC' },
    { format: 2 },
  ]) {
    assert.throws(() => parseEnvelope({ ...envelope, ...change }), { code: 'algorithm' });
  }
  assert.throws(() => parseEnvelope(null), { code: 'malformed' });
  assert.throws(() => parseEnvelope({ ...envelope, sealed: 7 }), { code: 'malformed' });
});

test('the secret comes from exactly one file, of the right form', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'lz-cipher-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const passphraseFile = await file('passphrase', 'correct horse\r\n');
  const secretFile = await file('secret', randomBytes(32));
  assert.deepEqual(await readSecret({ passphraseFile }), { kind: 'passphrase', passphrase: 'correct horse' });
  assert.equal((await readSecret({ secretFile })).kind, 'random');
  await assert.rejects(readSecret({}), { code: 'key' });
  await assert.rejects(readSecret({ passphraseFile, secretFile }), { code: 'key' });
  await assert.rejects(readSecret({ secretFile: passphraseFile }), { code: 'key' });
  await assert.rejects(readSecret({ passphraseFile: await file('short', 'short\n') }), { code: 'key' });
  await assert.rejects(readSecret({ passphraseFile: join(folder, 'absent') }), { code: 'ENOENT' });
});
