import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseCertificate, validate } from '@lianzheng/seal-certificate';
import { sign, sm3 } from '@lianzheng/sm2';
import fc from 'fast-check';
import {
  assembleSignature,
  checkSeal,
  checkSignature,
  decodeSeal,
  decodeSignature,
  encodeSealInfo,
  encodeToBeSigned,
  makeSeal,
  makeSignature,
  type SealInfo,
  type SealSignature,
  type Signers,
  SM3_OID,
} from './index.ts';
import {
  content,
  dataHash,
  maker,
  newParty,
  now,
  rootCertificate,
  sealInfo,
  signer,
} from './parties.fixture.ts';

const refused = { name: 'SealError', code: 'refused' };
const seal = makeSeal(sealInfo(), maker);
const signature = makeSignature(seal, content, signer);
const codes = (made: SealSignature, options = {}) => {
  const {
    dataHash: data,
    seal: ofSeal,
    sealValidity,
    signerListed,
    signature: value,
  } = checkSignature(made, {
    dataHash,
    ...options,
  });
  return [data, ofSeal, sealValidity, signerListed, value].map(({ result, code }) => code ?? result);
};
const good = Array(5).fill('passed');
const [DATA, SEAL, VALIDITY, LISTED, VALUE] = [0, 1, 2, 3, 4];
/** Signed by whom one likes, without the checks of makeSignature. */
const signedBy = ({ certificate, privateKey }: typeof signer, what = content, of = seal) => {
  const toBeSigned = encodeToBeSigned(of, what);
  return assembleSignature(toBeSigned, certificate.bytes, sign(privateKey, toBeSigned));
};

describe('seals', () => {
  const second = fc.integer({ min: 0, max: 3e9 }).map((seconds) => new Date(seconds * 1000));
  const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  const signers: fc.Arbitrary<Signers> = fc.oneof(
    fc
      .array(octets, { maxLength: 3 })
      .map((certificates) => ({ kind: 'certificates', certificates }) as const),
    fc
      .array(octets, { maxLength: 3 })
      .map(
        (values) =>
          ({ kind: 'digests', digests: values.map((value) => ({ type: SM3_OID, value })) }) as const,
      ),
  );
  const extension = octets.map((value) => ({ id: '1.2.156.1', critical: false, value }));

  it('say what was put in, and are written again the same', () => {
    fc.assert(
      fc.property(
        ascii,
        ascii,
        fc.string(),
        signers,
        second,
        octets,
        fc.array(extension, { maxLength: 2 }),
        (id, vendor, name, list, from, data, extensions) => {
          const validUntil = new Date(from.getTime() + 86_400_000);
          const picture = { type: 'SVG', data, widthMm: 40, heightMm: 30 };
          const info: SealInfo = sealInfo({
            id,
            vendor,
            name,
            signers: list,
            validFrom: from,
            validUntil,
            picture,
            extensions,
          });
          const read = decodeSeal(makeSeal(info, maker).bytes);
          assert.deepEqual(read.info, info);
          assert.deepEqual(encodeSealInfo(read.info), read.signedBytes);
          assert.equal(checkSeal(read).result, 'passed');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('changed anywhere are not read, or not signed', () => {
    fc.assert(
      fc.property(fc.nat(seal.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(seal.bytes);
        changed[at]! ^= change;
        const result = (() => {
          try {
            return checkSeal(decodeSeal(changed)).result;
          } catch (error) {
            assert.equal((error as Error).name, 'SealError', String(error));
            return 'failed';
          }
        })();
        // What else a certificate says than its key is looked at with its chain.
        const certificateAt = seal.bytes.length - seal.signature.length - maker.certificate.bytes.length;
        const inCertificate = at >= certificateAt - 20 && at < seal.bytes.length - seal.signature.length;
        if (!inCertificate) assert.equal(result, 'failed');
      }),
      { numRuns: 500 },
    );
  });

  it('of a wrong key or period are not made', () => {
    assert.throws(() => makeSeal(sealInfo(), { ...maker, privateKey: signer.privateKey }), refused);
    assert.throws(() => makeSeal(sealInfo({ validUntil: new Date('2026-01-01') }), maker), refused);
    assert.throws(() => makeSeal(sealInfo({ id: '印章' }), maker), RangeError);
  });
});

describe('signatures', () => {
  it('pass with everything right', () => {
    assert.deepEqual(codes(decodeSignature(signature.bytes)), good);
    const { makerCertificate, signerCertificate } = checkSignature(signature, { dataHash });
    for (const certificate of [makerCertificate!, signerCertificate!]) {
      const { chain, usage } = validate(certificate, { roots: [rootCertificate], at: now });
      assert.deepEqual([chain.code, usage.code], ['trusted', 'for-signatures']);
    }
  });

  it('carry extensions and a time stamp', () => {
    const extensions = [{ id: '1.2.3.4', critical: false, value: Buffer.of(5) }];
    const toBeSigned = encodeToBeSigned(seal, { ...content, extensions });
    const value = sign(signer.privateKey, toBeSigned);
    const made = assembleSignature(toBeSigned, signer.certificate.bytes, value, Buffer.from('token'));
    assert.deepEqual(codes(made), good);
    assert.deepEqual(made.extensions, extensions);
    assert.equal(Buffer.from(made.timeStamp!).toString(), 'token');
  });

  it('each finding by itself', () => {
    const stranger = newParty('别人', 'signer');
    const expect = (made: SealSignature, at: number, code: string, options = {}) =>
      assert.deepEqual(codes(made, options), good.with(at, code));
    expect(signature, DATA, 'other-data', { dataHash: sm3(Buffer.from('other')) });
    expect(signature, VALIDITY, 'not-yet-valid', { at: new Date('2026-01-01') });
    expect(signature, VALIDITY, 'expired', { at: new Date('2032-01-01') });
    expect(signedBy(stranger), LISTED, 'not-listed');
    expect({ ...signature, signature: signedBy(stranger).signature }, VALUE, 'signature');
    expect({ ...signature, signatureAlgorithm: '1.2.840.10045.4.3.2' }, VALUE, 'algorithm');
    expect({ ...signature, seal: { ...seal, signature: signature.signature } }, SEAL, 'signature');
    expect({ ...signature, seal: { ...seal, makerCertificate: Buffer.of(0) } }, SEAL, 'certificate');
    const critical = [{ id: '1.2.3.4', critical: true, value: Buffer.of(5) }];
    expect(
      signedBy(signer, { ...content, extensions: critical } as typeof content),
      VALUE,
      'critical-extension',
    );
    const foreign = makeSeal(
      sealInfo({ signers: { kind: 'digests', digests: [{ type: 'SHA-1', value: Buffer.alloc(20) }] } }),
      maker,
    );
    expect(signedBy(signer, content, foreign), LISTED, 'unknown-digest');
    const digests = [{ type: 'SM3', value: sm3(signer.certificate.bytes) }];
    const byDigest = makeSeal(sealInfo({ signers: { kind: 'digests', digests } }), maker);
    assert.deepEqual(codes(signedBy(signer, content, byDigest)), good);
    expect(signedBy(stranger, content, byDigest), LISTED, 'not-listed');
  });

  it('that would not pass are not made', () => {
    const stranger = newParty('别人', 'signer');
    assert.throws(() => makeSignature(seal, content, stranger), refused);
    assert.throws(
      () => makeSignature(seal, { ...content, signedAt: new Date('2032-01-01') }, signer),
      refused,
    );
    assert.throws(() => makeSignature(seal, { ...content, dataHash: dataHash.subarray(1) }, signer), refused);
    assert.throws(() => makeSignature(seal, { ...content, propertyInfo: 'Doc_0' }, signer), refused);
    assert.throws(() => makeSignature(seal, content, { ...signer, privateKey: maker.privateKey }), refused);
    const critical = [{ id: '1.2.3.4', critical: true, value: Buffer.of(5) }];
    assert.throws(() => makeSignature(seal, { ...content, extensions: critical }, signer), refused);
    const forged = Buffer.from(seal.bytes);
    forged[forged.indexOf('44030000000001')]! ^= 1;
    assert.throws(() => makeSignature(decodeSeal(forged), content, signer), refused);
  });

  it('changed anywhere in what is signed are not read, or fail', () => {
    fc.assert(
      fc.property(
        fc.nat(signature.signedBytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (at, change) => {
          const changed = Buffer.from(signature.bytes);
          changed[headerOf(signature) + at]! ^= change;
          try {
            assert.equal(checkSignature(decodeSignature(changed), { dataHash }).signature.code, 'signature');
          } catch (error) {
            assert.equal((error as Error).name, 'SealError', String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of other bytes are refused', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.of(0x30, 0),
      seal.bytes,
      Buffer.concat([signature.bytes, Buffer.of(0)]),
    ])
      assert.throws(() => decodeSignature(bytes), { name: 'SealError', code: 'malformed' });
    assert.throws(() => decodeSeal(signature.bytes), { name: 'SealError', code: 'malformed' });
  });
});

describe('what ofdrw made', () => {
  const vectors = JSON.parse(readFileSync(new URL('../testdata/ofdrw.json', import.meta.url), 'utf8'));
  const der = (name: string) => Buffer.from(vectors[name], 'base64');
  for (const [version, name] of [
    [4, 'v4'],
    [4, 'v4-digests'],
    [1, 'v1'],
  ] as const) {
    it(`seal ${name}`, () => {
      const read = decodeSeal(der(`seal-${name}`));
      assert.equal(read.version, version);
      assert.equal(checkSeal(read).result, 'passed');
      const { signers: _, extensions, ...info } = read.info;
      const { signers: __, extensions: ___, ...expected } = sealInfo({ vendor: 'ofdrw' });
      assert.deepEqual(info, expected);
      assert.equal(extensions.length, name === 'v4-digests' ? 1 : 0);
    });

    it(`signature ${name}`, () => {
      const read = decodeSignature(der(`signature-${name}`));
      assert.equal(read.version, version);
      assert.deepEqual(codes(read), good);
      assert.deepEqual(read.signedAt, now);
      assert.deepEqual(Buffer.from(read.signerCertificate), der('signer'));
      assert.deepEqual(
        codes({ ...read, seal: { ...read.seal, signature: read.signature } }),
        good.with(SEAL, 'signature'),
      );
      const { chain } = validate(parseCertificate(read.signerCertificate), {
        roots: [parseCertificate(der('root'))],
        at: now,
      });
      assert.equal(chain.code, 'trusted');
    });
  }
});

/** Octets before TBS_Sign: identifier and length of the whole. */
function headerOf({ bytes, signedBytes }: SealSignature): number {
  return Buffer.from(bytes).indexOf(signedBytes);
}
