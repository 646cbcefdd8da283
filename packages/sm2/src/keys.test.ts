import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { bitString, explicit, integer, octetString, oid, sequence } from '@lianzheng/der';
import { G, n, octetsOf, p, toOctets } from './curve.ts';
import {
  createVerifier,
  generateKeyPair,
  identityDigest,
  privateKeyOf,
  privateKeyPem,
  publicKeyOf,
  publicKeyPem,
  sign,
  verify,
} from './index.ts';

const algorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.156.10197.1.301'));
const keyError = { name: 'Sm2Error', code: 'key' };
const message = Buffer.from('电子证照');

describe('keys', () => {
  it('come back from every form', () => {
    const pair = generateKeyPair();
    const signature = sign(pair, message);
    const spki = pair.publicKey.key.export({ type: 'spki', format: 'der' });
    for (const form of [pair.publicKey.key, publicKeyPem(pair.publicKey), spki, pair.publicKey.point])
      assert.ok(verify(publicKeyOf(form), message, signature));
    const pkcs8 = pair.key.export({ type: 'pkcs8', format: 'der' });
    for (const form of [pair.key, privateKeyPem(pair), pkcs8])
      assert.ok(verify(pair.publicKey, message, sign(privateKeyOf(form), message)));
  });

  it('under a passphrase', () => {
    const pair = generateKeyPair();
    const pem = privateKeyPem(pair, '正确的马');
    assert.match(pem, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    assert.deepEqual(privateKeyOf(pem, '正确的马').publicKey.point, pair.publicKey.point);
    assert.throws(() => privateKeyOf(pem, '错误的马'), keyError);
    assert.throws(() => privateKeyOf(pem), keyError);
  });

  it('straight from the generator would sign ECDSA: refused', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
    assert.throws(() => privateKeyOf(privateKey), keyError);
    assert.throws(() => publicKeyOf(publicKey), keyError);
  });

  it('of other kinds are refused', () => {
    const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const ed25519 = generateKeyPairSync('ed25519');
    const explicitCurve = generateKeyPairSync('ec', { namedCurve: 'SM2', paramEncoding: 'explicit' });
    for (const key of [p256.publicKey, ed25519.publicKey, generateKeyPair().key])
      assert.throws(() => publicKeyOf(key), keyError);
    for (const key of [p256.privateKey, ed25519.privateKey, generateKeyPair().publicKey.key])
      assert.throws(() => privateKeyOf(key), keyError);
    assert.throws(
      () => publicKeyOf(explicitCurve.publicKey.export({ type: 'spki', format: 'der' })),
      keyError,
    );
  });

  const point = octetsOf(G);
  const wrong: [string, Uint8Array][] = [
    ['not on the curve', Buffer.from(point).fill(1, 64)],
    ['x of p or more', Buffer.concat([Buffer.of(4), toOctets(p), toOctets(0n)])],
    ['all zero', Buffer.concat([Buffer.of(4), Buffer.alloc(64)])],
    ['at infinity', sequence(algorithm, bitString(Buffer.of(0)))],
    ['compressed', sequence(algorithm, bitString(Buffer.concat([Buffer.of(2), point.subarray(1, 33)])))],
    ['hybrid', sequence(algorithm, bitString(Buffer.concat([Buffer.of(6), point.subarray(1)])))],
    ['cut', point.subarray(0, 64)],
    ['no octets', Buffer.alloc(0)],
  ];
  for (const [name, octets] of wrong)
    it(`public point ${name}: refused`, () => assert.throws(() => publicKeyOf(octets), keyError));

  it('whose halves do not belong together are refused', () => {
    const other = generateKeyPair().publicKey.point;
    const inner = sequence(integer(1), octetString(toOctets(7n)), explicit(1, bitString(other)));
    assert.throws(() => privateKeyOf(sequence(integer(0), algorithm, octetString(inner))), keyError);
  });

  it('out of range are refused', () => {
    for (const d of [0n, n - 1n, n]) {
      const inner = sequence(integer(1), octetString(toOctets(d)));
      assert.throws(
        () => privateKeyOf(sequence(integer(0), algorithm, octetString(inner))),
        keyError,
        `${d}`,
      );
    }
  });

  it('text that is no key', () => {
    assert.throws(() => publicKeyOf('no key'), keyError);
    assert.throws(() => privateKeyOf('no key'), keyError);
  });
});

describe('signer IDs', () => {
  const pair = generateKeyPair();
  it('another ID is another signature', () => {
    const verifier = createVerifier({ afterUses: 0 });
    const signature = sign(pair, message, '签章人');
    for (const judge of [verify, verifier.verify]) {
      assert.ok(judge(pair.publicKey, message, signature, '签章人'));
      assert.ok(!judge(pair.publicKey, message, signature));
    }
  });

  it('empty and too long ones are refused', () => {
    for (const id of ['', 'x'.repeat(8192), '章'.repeat(2731)]) {
      assert.throws(() => sign(pair, message, id), { code: 'identity' });
      assert.throws(() => verify(pair.publicKey, message, sign(pair, message), id), { code: 'identity' });
    }
    assert.ok(verify(pair.publicKey, message, sign(pair, message, 'x'.repeat(8191)), 'x'.repeat(8191)));
  });

  it('are kept for a few only', () => {
    const key = publicKeyOf(createPublicKey(pair.key));
    const first = identityDigest(key, 'id 0');
    for (let i = 1; i < 50; i += 1) identityDigest(key, `id ${i}`);
    assert.ok(key.identityDigests.size <= 8);
    assert.deepEqual(identityDigest(key, 'id 0'), first);
  });
});
