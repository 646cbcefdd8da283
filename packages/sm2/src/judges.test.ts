// OpenSSL's command and the npm library sm-crypto-v2, both ways.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { sm3 as otherSm3, sm4 as otherSm4, sm2 } from 'sm-crypto-v2';
import {
  createDecryptor,
  createVerifier,
  DEFAULT_ID,
  decryptSm4Cbc,
  encrypt,
  encryptSm4Cbc,
  generateKeyPair,
  hmacSm3,
  privateKeyOf,
  privateKeyPem,
  publicKeyPem,
  sign,
  sm3,
  verify,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lz-sm2-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const pair = generateKeyPair();
const keyFile = file('key.pem', privateKeyPem(pair));
const publicFile = file('public.pem', publicKeyPem(pair.publicKey));
const scalar = pair.key
  .export({ type: 'pkcs8', format: 'der' })
  .toString('hex')
  .match(/020101 ?0420([0-9a-f]{64})/)![1]!;
const point = pair.publicKey.point.toString('hex');
const verifier = createVerifier({ afterUses: 0 });
const message = fc.uint8Array({ minLength: 1, maxLength: 300 });

describe('openssl', () => {
  const options = (id: string) => ['-rawin', '-digest', 'sm3', '-pkeyopt', `distid:${id}`];
  for (const id of [DEFAULT_ID, 'seal@lianzheng.example'])
    it(`signatures under the ID ${id}`, () => {
      const text = file('message', randomBytes(700));
      const ours = file('ours', sign(pair, execFileSync('cat', [text]), id));
      const judged = ['pkeyutl', '-verify', '-pubin', '-inkey', publicFile, '-in', text, '-sigfile', ours];
      assert.match(execFileSync('openssl', [...judged, ...options(id)]).toString(), /Verified Successfully/);
      assert.notEqual(spawnSync('openssl', [...judged, ...options('other')]).status, 0);
      const theirs = execFileSync('openssl', [
        'pkeyutl',
        '-sign',
        '-inkey',
        keyFile,
        '-in',
        text,
        ...options(id),
      ]);
      assert.ok(verify(pair.publicKey, execFileSync('cat', [text]), theirs, id));
      assert.ok(verifier.verify(pair.publicKey, execFileSync('cat', [text]), theirs, id));
    });

  it('ciphertexts', () => {
    const text = randomBytes(100);
    const theirs = execFileSync('openssl', ['pkeyutl', '-encrypt', '-pubin', '-inkey', publicFile], {
      input: text,
    });
    assert.deepEqual(createDecryptor(pair).decrypt(theirs), text);
    const ours = encrypt(pair.publicKey, text);
    assert.deepEqual(
      execFileSync('openssl', ['pkeyutl', '-decrypt', '-inkey', keyFile], { input: ours }),
      text,
    );
  });

  it('makes keys that we read', () => {
    const pem = execFileSync('openssl', [
      'genpkey',
      '-algorithm',
      'SM2',
      '-aes256',
      '-pass',
      'pass:secret',
    ]).toString();
    const theirs = privateKeyOf(pem, 'secret');
    assert.ok(verify(theirs.publicKey, Buffer.from('x'), sign(theirs, Buffer.from('x'))));
  });

  it('reads our keys under a passphrase', () => {
    const pem = privateKeyPem(pair, 'secret');
    const said = execFileSync('openssl', ['pkey', '-passin', 'pass:secret', '-pubout'], {
      input: pem,
    }).toString();
    assert.equal(said, publicKeyPem(pair.publicKey));
  });
});

describe('sm-crypto-v2', () => {
  const options = { der: true, hash: true, userId: DEFAULT_ID };
  it('signatures', () => {
    fc.assert(
      fc.property(message, (text) => {
        const theirs = Buffer.from(sm2.doSignature(text, scalar, options), 'hex');
        assert.ok(verify(pair.publicKey, text, theirs));
        assert.ok(verifier.verify(pair.publicKey, text, theirs));
        assert.ok(sm2.doVerifySignature(text, sign(pair, text).toString('hex'), point, options));
        assert.ok(!verifier.verify(pair.publicKey, Buffer.concat([text, Buffer.of(0)]), theirs));
      }),
      { numRuns: 30 },
    );
  });

  it('ciphertexts', () => {
    const decryptor = createDecryptor(pair);
    fc.assert(
      fc.property(message, (text) => {
        const ours = encrypt(pair.publicKey, text).toString('hex');
        const said = sm2.doDecrypt(ours, scalar, 1, { output: 'array', asn1: true });
        assert.deepEqual(Buffer.from(said), Buffer.from(text));
        const theirs = Buffer.from(sm2.doEncrypt(text, point, 1, { asn1: true }), 'hex');
        assert.deepEqual(decryptor.decrypt(theirs), Buffer.from(text));
      }),
      { numRuns: 30 },
    );
  });

  it('SM3, HMAC and SM4-CBC', () => {
    const block = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(message, block, block, (text, key, iv) => {
        assert.equal(sm3(text).toString('hex'), otherSm3(text));
        assert.equal(hmacSm3(key, text).toString('hex'), otherSm3(text, { key, mode: 'hmac' }));
        const ours = encryptSm4Cbc(key, iv, text);
        const theirs = otherSm4.encrypt(text, key, { mode: 'cbc', iv, output: 'array' });
        assert.deepEqual(ours, Buffer.from(theirs));
        assert.deepEqual(decryptSm4Cbc(key, iv, theirs), Buffer.from(text));
      }),
    );
  });
});

describe('encryption', () => {
  it('opens for its key alone, unaltered', () => {
    const other = createDecryptor(generateKeyPair());
    const decryptor = createDecryptor(pair);
    const text = Buffer.from('data key');
    const sealed = encrypt(pair.publicKey, text);
    assert.throws(() => other.decrypt(sealed), { code: 'cipher' });
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(sealed);
        changed[at]! ^= change;
        assert.throws(() => decryptor.decrypt(changed), { name: 'Sm2Error', code: 'cipher' });
      }),
    );
    assert.notDeepEqual(encrypt(pair.publicKey, text), sealed);
  });

  it('every length, one octet included', () => {
    const decryptor = createDecryptor(pair);
    for (const length of [1, 1, 1, 2, 31, 32, 33, 1000]) {
      const text = randomBytes(length);
      assert.deepEqual(decryptor.decrypt(encrypt(pair.publicKey, text)), text);
    }
    assert.throws(() => encrypt(pair.publicKey, Buffer.alloc(0)), { code: 'cipher' });
  });

  it('wrong padding of SM4-CBC', () => {
    const [key, iv] = [randomBytes(16), randomBytes(16)];
    assert.throws(() => decryptSm4Cbc(key, iv, Buffer.alloc(15)), { code: 'cipher' });
    const sealed = encryptSm4Cbc(key, iv, Buffer.alloc(16));
    assert.throws(() => decryptSm4Cbc(key, iv, sealed.subarray(0, 16)), { code: 'cipher' });
  });
});
