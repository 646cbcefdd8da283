import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pemOf } from '@lianzheng/der';
import { generateKeyPair, verify } from '@lianzheng/sm2';
import fc from 'fast-check';
import { isSignedBy } from './algorithm.ts';
import {
  daysFromNow,
  listOf,
  newAuthority,
  newCertificate,
  newRequest,
  newRoot,
  now,
  validity,
} from './chain.fixture.ts';
import {
  certificatePem,
  commonNameOf,
  crlPem,
  issueCertificate,
  makeRequest,
  parseCertificate,
  parseCrl,
  type Revocation,
  readCertificates,
  readCrls,
  readRequest,
  renewCertificate,
  revoke,
  SealCertificateError,
} from './index.ts';

const root = newRoot();
const authority = newAuthority(root);
const malformed = { name: 'SealCertificateError', code: 'malformed' };
const refused = { name: 'SealCertificateError', code: 'refused' };

describe('certificates', () => {
  it('bear name and key of the request, and the usages of their profile', () => {
    const { privateKey, pem } = newRequest('样本市样本局电子印章');
    const request = readRequest(pem);
    for (const profile of ['sealMaker', 'signer'] as const) {
      const certificate = issueCertificate(authority, request, { profile, ...validity(-1, 365) });
      assert.equal(commonNameOf(certificate.subject), '样本市样本局电子印章');
      assert.deepEqual(certificate.subject, request.subject);
      assert.deepEqual(certificate.publicKey.point, privateKey.publicKey.point);
      assert.deepEqual(certificate.keyUsage, ['digitalSignature', 'contentCommitment']);
      assert.deepEqual(certificate.basicConstraints, { isAuthority: false, pathLength: undefined });
      assert.deepEqual(certificate.authorityKeyIdentifier, authority.certificate.subjectKeyIdentifier);
      assert.deepEqual(
        [certificate.notBeforeAt, certificate.notAfterAt],
        [daysFromNow(-1), daysFromNow(365)],
      );
      assert.ok(isSignedBy(certificate, authority.certificate.publicKey, verify));
      assert.equal(certificate.serialNumber.length, 32);
    }
  });

  it('are valid beyond 2049 too', () => {
    const late = { notBeforeAt: now, notAfterAt: new Date('2056-01-01T00:00:00Z') };
    const long = renewCertificate(root, root.certificate, { ...late, notAfterAt: daysFromNow(2999) });
    assert.ok(long.notAfterAt < late.notAfterAt);
    const self = { ...root, certificate: { ...root.certificate, notAfterAt: late.notAfterAt } };
    assert.deepEqual(newCertificate(self, '长', late).certificate.notAfterAt, late.notAfterAt);
  });

  it('are renewed under a new serial number', () => {
    const old = newCertificate(authority, '张三', { crlUri: 'http://crl.example/1.crl' }).certificate;
    const fresh = renewCertificate(authority, old, validity(300, 700));
    assert.notEqual(fresh.serialNumber, old.serialNumber);
    assert.deepEqual([fresh.subject, fresh.publicKey.point], [old.subject, old.publicKey.point]);
    assert.deepEqual(fresh.extensions, old.extensions);
    assert.deepEqual(fresh.notAfterAt, daysFromNow(700));
    assert.throws(() => renewCertificate(root, old, validity(0, 1)), refused);
    const rekeyed = renewCertificate(newAuthority(root), old, validity(300, 700));
    assert.notDeepEqual(rekeyed.authorityKeyIdentifier, old.authorityKeyIdentifier);
  });

  it('are refused by whom they may not come from', () => {
    const signer = newCertificate(authority, '张三');
    assert.throws(() => newCertificate(signer, '李四', validity(0, 1)), refused);
    assert.throws(() => newAuthority(authority, validity(0, 1)), refused);
    assert.throws(() => newCertificate(authority, '李四', validity(0, 5000)), refused);
    assert.throws(() => newCertificate(authority, '李四', validity(-900, 1)), refused);
    assert.throws(() => renewCertificate(authority, signer.certificate, validity(0, 5000)), refused);
  });

  it('changed anywhere are not read, or not signed', () => {
    const { bytes } = newCertificate(authority, '张三').certificate;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at]! ^= change;
        try {
          assert.ok(!isSignedBy(parseCertificate(changed), authority.certificate.publicKey, verify));
        } catch (error) {
          assert.ok(error instanceof SealCertificateError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('requests', () => {
  it('must be signed with their own key', () => {
    const subject = { country: 'CN', commonName: '样本' };
    const own = generateKeyPair();
    const stolen = makeRequest(subject, { ...own, key: generateKeyPair().key });
    assert.throws(() => readRequest(stolen), refused);
    assert.equal(commonNameOf(readRequest(makeRequest(subject, own)).subject), '样本');
  });

  it('are one', () => {
    const { pem } = newRequest('样本');
    assert.throws(() => readRequest(pem + pem), malformed);
    assert.throws(() => readRequest(''), malformed);
    assert.throws(() => readRequest(certificatePem(root.certificate)), malformed);
  });
});

describe('revocation lists', () => {
  const reasons = fc.constantFrom('unspecified', 'keyCompromise', 'superseded', 'certificateHold' as const);
  const second = fc
    .integer({ min: -1e6, max: 1e6 })
    .map((seconds) => new Date(now.getTime() + seconds * 1000));
  const revocation = fc.record({
    serialNumber: fc.bigInt({ min: 1n, max: 2n ** 126n }).map((value) => {
      const digits = value.toString(16);
      return digits.length % 2 ? `0${digits}` : digits;
    }),
    revokedAt: second,
    reason: reasons as fc.Arbitrary<Revocation['reason']>,
    invalidAt: fc.option(second, { nil: undefined }),
  });

  it('tell what was put in', () => {
    const list = fc.uniqueArray(revocation, { maxLength: 8, selector: ({ serialNumber }) => serialNumber });
    fc.assert(
      fc.property(list, (revocations) => {
        const read = parseCrl(listOf(authority, revocations).bytes);
        assert.deepEqual(
          [...read.revocations.values()],
          revocations.map((each) => ({ ...each })),
        );
        assert.deepEqual(
          [read.number, read.thisUpdateAt, read.nextUpdateAt],
          [7n, daysFromNow(-1), daysFromNow(6)],
        );
        assert.deepEqual(read.keepsExpiredSince, authority.certificate.notBeforeAt);
        assert.deepEqual(read.unknownCritical, []);
      }),
      { numRuns: 30 },
    );
  });

  it('grow by revocations that are final', () => {
    const one: Revocation = { serialNumber: '01', revokedAt: now, reason: 'superseded' };
    const [hold, compromise] = [
      { ...one, reason: 'certificateHold' },
      { ...one, reason: 'keyCompromise', revokedAt: daysFromNow(5) },
    ] as const;
    assert.throws(() => revoke([one], one), refused);
    assert.deepEqual(revoke([hold], one), [one]);
    assert.deepEqual(revoke([one], compromise), [{ ...compromise, revokedAt: now }]);
    assert.throws(() => revoke([compromise], one), refused);
    assert.equal(revoke([one], { ...one, serialNumber: '02' }).length, 2);
  });

  it('that name a serial number twice are refused', () => {
    const one: Revocation = { serialNumber: '01', revokedAt: now, reason: 'superseded' };
    assert.throws(() => listOf(authority, [one, one]), malformed);
  });
});

describe('files', () => {
  it('hold any number in PEM, or one in DER', () => {
    const certificates = [root.certificate, authority.certificate];
    const pem = certificates.map(certificatePem).join('explanation\n');
    const prints = (file: string | Uint8Array) =>
      readCertificates(file).map(({ fingerprint }) => fingerprint);
    const expected = certificates.map(({ fingerprint }) => fingerprint);
    assert.deepEqual(prints(pem), expected);
    assert.deepEqual(prints(Buffer.from(pem)), expected);
    assert.deepEqual(prints(root.certificate.bytes), expected.slice(0, 1));
    const list = listOf(root);
    assert.deepEqual(readCrls(crlPem(list)), [list]);
    assert.deepEqual(readCrls(list.bytes), [list]);
  });

  it('of something else are refused', () => {
    for (const text of ['', 'hello', pemOf('CERTIFICATE', Buffer.from('3000', 'hex')), crlPem(listOf(root))])
      assert.throws(() => readCertificates(text), malformed);
    assert.throws(() => readCrls(certificatePem(root.certificate)), malformed);
    const longer = Buffer.concat([root.certificate.bytes, Buffer.of(0)]);
    assert.throws(() => readCertificates(longer), malformed);
  });
});
