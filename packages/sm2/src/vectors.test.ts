import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { integer, octetString, oid, sequence, unsignedInteger } from '@lianzheng/der';
import {
  createDecryptor,
  createVerifier,
  encryptSm4Cbc,
  identityDigest,
  parseSignature,
  privateKeyOf,
  publicKeyOf,
  sm3,
  verify,
} from './index.ts';
import { deriveKey } from './kdf.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../testdata/${name}.json`, import.meta.url), 'utf8'));
const hex = (text: string) => Buffer.from(text, 'hex');
const vectors = read('sm');
const { d, px, py, id, message, z, e, r, s } = vectors.sm2Signature;
const point = hex(`04${px}${py}`);
const publicKey = publicKeyOf(point);

describe('published vectors', () => {
  it('SM3', () => {
    for (const { input, digest } of vectors.sm3)
      assert.equal(sm3(Buffer.from(input)).toString('hex'), digest);
    assert.deepEqual(sm3(Buffer.alloc(50_000, 1), Buffer.alloc(50_000, 1)), sm3(Buffer.alloc(100_000, 1)));
  });

  it('SM4: one block', () => {
    for (const { key, plaintext, ciphertext } of vectors.sm4) {
      const padded = encryptSm4Cbc(hex(key), Buffer.alloc(16), hex(plaintext));
      assert.equal(padded.toString('hex', 0, 16), ciphertext);
    }
  });

  it('Z and e', () => {
    assert.deepEqual(identityDigest(publicKey, id), hex(z));
    assert.deepEqual(sm3(hex(z), Buffer.from(message)), hex(e));
  });

  it('SM2 signature, by OpenSSL and by tables', () => {
    const signature = sequence(unsignedInteger(hex(r)), unsignedInteger(hex(s)));
    assert.deepEqual(parseSignature(signature), { r: new Uint8Array(hex(r)), s: new Uint8Array(hex(s)) });
    assert.ok(verify(publicKey, Buffer.from(message), signature, id));
    const verifier = createVerifier({ afterUses: 0 });
    assert.ok(verifier.verify(publicKey, Buffer.from(message), signature, id));
    assert.ok(verifier.memoryBytes > 0);
  });

  it('SM2 encryption', () => {
    const { valid } = read('invalid-ciphertexts');
    const plaintext = createDecryptor(privateKeyOf(pkcs8())).decrypt(hex(valid));
    assert.equal(plaintext.toString(), vectors.sm2Encryption.message);
  });

  it('KDF: as many octets as asked for, each a prefix of the longer', () => {
    const long = deriveKey(hex(z), 100);
    for (const length of [0, 1, 31, 32, 33, 64, 99])
      assert.deepEqual(deriveKey(hex(z), length), long.subarray(0, length));
    assert.deepEqual(long.subarray(0, 32), sm3(hex(z), hex('00000001')));
  });
});

describe('signatures that are refused', () => {
  const { valid, malformed, wrong } = read('invalid-signatures');
  const verifier = createVerifier({ afterUses: 0 });
  const both = (signature: string) => {
    const answers = [
      verify(publicKey, Buffer.from(message), hex(signature)),
      verifier.verify(publicKey, Buffer.from(message), hex(signature)),
    ];
    assert.equal(answers[0], answers[1]);
    return answers[0];
  };
  it('but for what is wrong with them they are right', () => assert.equal(both(valid), true));
  for (const { name, signature } of malformed)
    it(name, () => {
      assert.throws(() => parseSignature(hex(signature)), { name: 'Sm2Error', code: 'signature' });
      assert.equal(both(signature), false);
    });
  for (const { name, signature } of wrong)
    it(name, () => {
      parseSignature(hex(signature));
      assert.equal(both(signature), false);
    });
});

describe('ciphertexts that are refused', () => {
  const decryptor = createDecryptor(privateKeyOf(pkcs8()));
  for (const { name, ciphertext } of read('invalid-ciphertexts').invalid)
    it(name, () =>
      assert.throws(() => decryptor.decrypt(hex(ciphertext)), { name: 'Sm2Error', code: 'cipher' }),
    );
});

/** The vectors' private key. */
function pkcs8() {
  const algorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.156.10197.1.301'));
  const inner = sequence(integer(1), octetString(hex(d)));
  const der = sequence(integer(0), algorithm, octetString(inner));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
