import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bitString, members, octetString, parseDer, sequence } from '@lianzheng/der';
import { createVerifier, sign } from '@lianzheng/sm2';
import { sm2WithSm3 } from './algorithm.ts';
import {
  daysFromNow,
  listOf,
  newAuthority,
  newCertificate,
  newChain,
  newRoot,
  now,
  validity,
} from './chain.fixture.ts';
import { encodeExtension } from './extensions.ts';
import {
  type Certificate,
  createRoot,
  type Issuer,
  parseCertificate,
  type Revocation,
  type ValidateOptions,
  validate,
} from './index.ts';

const { root, authority, signer } = newChain();
const trust = { roots: [root.certificate], intermediates: [authority.certificate] };
const crls = [listOf(root), listOf(authority)];
const codes = (end: Certificate, options: Partial<ValidateOptions> = {}) => {
  const { chain, validity, usage, revocation } = validate(end, { ...trust, crls, at: now, ...options });
  return [chain, validity, usage, revocation].map(({ result, code }) => `${result} ${code}`);
};
const good = ['passed trusted', 'passed valid', 'passed for-signatures', 'passed not-revoked'];
const but = (...changes: [number, string][]) => changes.reduce((all, [at, code]) => all.with(at, code), good);
const [CHAIN, VALIDITY, USAGE, REVOCATION] = [0, 1, 2, 3];

/** The same certificate with parts of what is signed changed, signed anew. */
function forge(certificate: Certificate, by: Issuer, change: (tbs: Buffer[]) => Uint8Array[]): Certificate {
  const parts = members(parseDer(certificate.signedBytes, 'tbs')).map(({ bytes }) => Buffer.from(bytes));
  const tbs = sequence(...change(parts));
  return parseCertificate(sequence(tbs, sm2WithSm3(), bitString(sign(by.privateKey, tbs))));
}

describe('a certificate', () => {
  it('passes with everything there, whichever way signatures are checked', () => {
    assert.deepEqual(codes(signer.certificate), good);
    const verifySignature = createVerifier({ afterUses: 0 }).verify;
    assert.deepEqual(codes(signer.certificate, { verifySignature }), good);
    const { path } = validate(signer.certificate, { ...trust, at: now });
    assert.deepEqual(path, [signer.certificate, authority.certificate, root.certificate]);
  });

  it('of an unknown root fails chain alone', () => {
    assert.deepEqual(codes(signer.certificate, { roots: [newRoot('别的根').certificate] }), [
      'failed unknown-root',
      ...good.slice(1, 3),
      'not-possible issuer-unknown',
    ]);
    assert.deepEqual(
      codes(signer.certificate, { intermediates: [] }),
      but([CHAIN, 'failed unknown-root'], [REVOCATION, 'not-possible issuer-unknown']),
    );
  });

  it('of a root of the same name with another key is not trusted', () => {
    const { chain } = validate(signer.certificate, { ...trust, roots: [newRoot().certificate], at: now });
    assert.equal(chain.code, 'unknown-root');
    assert.equal(chain.certificate, authority.certificate);
  });

  it('that names its issuer wrongly is found by the signature', () => {
    const other = newAuthority(root);
    // Without key identifiers only the name leads to the issuer.
    const bare = forge(signer.certificate, other, (parts) => parts.slice(0, -1));
    assert.equal(validate(bare, { ...trust, at: now }).chain.code, 'signature');
  });

  it('is valid from its beginning to its end', () => {
    const at = (days: number, more: Partial<ValidateOptions> = {}) =>
      codes(signer.certificate, { at: daysFromNow(days), now, ...more });
    assert.deepEqual(at(-101), but([VALIDITY, 'failed not-yet-valid']));
    assert.deepEqual(at(-100), good);
    assert.deepEqual(at(365), good);
    assert.deepEqual(at(366), but([VALIDITY, 'failed expired']));
  });

  it('is not valid when its authority is not, and says which', () => {
    const young = newAuthority(root, validity(-10, 2000));
    const inside = newCertificate(young, '李四', validity(-5, 100));
    const { certificate } = validate(inside.certificate, {
      roots: trust.roots,
      intermediates: [young.certificate],
      at: daysFromNow(-8),
    }).validity;
    assert.equal(certificate, inside.certificate);
    const older = forge(inside.certificate, young, (parts) =>
      parts.with(4, members(parseDer(signer.certificate.signedBytes, 'tbs'))[4]!.bytes as Buffer),
    );
    const found = validate(older, {
      roots: trust.roots,
      intermediates: [young.certificate],
      at: daysFromNow(-50),
    });
    assert.equal(found.validity.code, 'not-yet-valid');
    assert.equal(found.validity.certificate, young.certificate);
  });

  it('for other uses is refused', () => {
    assert.deepEqual(codes(authority.certificate), but([USAGE, 'failed wrong-usage']));
    const bare = forge(signer.certificate, authority, (parts) => parts.slice(0, -1));
    assert.deepEqual(codes(bare), but([USAGE, 'not-possible usage-absent']));
  });

  it('issued by one who is no authority', () => {
    const fake = {
      ...signer,
      certificate: { ...signer.certificate, basicConstraints: { isAuthority: true } },
    };
    const below = newCertificate(fake, '王五', validity(-10, 10));
    const found = validate(below.certificate, {
      ...trust,
      intermediates: [authority.certificate, signer.certificate],
      at: now,
    });
    assert.deepEqual([found.chain.code, found.chain.certificate], ['not-an-authority', signer.certificate]);
  });

  it('below one authority too many', () => {
    const pretended = {
      ...authority,
      certificate: { ...authority.certificate, basicConstraints: { isAuthority: true } },
    };
    const below = newCertificate(pretended, '下级机构', { profile: 'authority', ...validity(-100, 1000) });
    const end = newCertificate(below, '赵六', validity(-10, 10));
    const found = validate(end.certificate, {
      ...trust,
      intermediates: [authority.certificate, below.certificate],
      at: now,
    });
    assert.deepEqual([found.chain.code, found.chain.certificate], ['path-length', authority.certificate]);
  });

  it('with a critical extension that nobody here knows', () => {
    const extension = { id: '2.5.29.36', critical: true, value: octetString(Buffer.of(1)) };
    const strange = newCertificate(authority, '钱七', { extensions: [extension] });
    assert.deepEqual(
      codes(strange.certificate),
      but([CHAIN, 'failed critical-extension'], [REVOCATION, 'not-possible issuer-unknown']),
    );
    const harmless = newCertificate(authority, '钱七', { extensions: [{ ...extension, critical: false }] });
    assert.deepEqual(codes(harmless.certificate), good);
  });

  it('that two authorities signed for one another ends somewhere', () => {
    const [one, other] = [newRoot('甲'), newRoot('乙')];
    const cross = (subject: Issuer, by: Issuer) =>
      forge(subject.certificate, by, (parts) => {
        const list = subject.certificate.extensions
          .filter(({ id }) => id !== '2.5.29.35')
          .map(encodeExtension);
        const wrapped = Buffer.concat([sequence(...list)]);
        return parts
          .with(3, Buffer.from(by.certificate.subject.bytes))
          .with(7, Buffer.concat([Buffer.of(0xa3, wrapped.length), wrapped]));
      });
    const end = newCertificate(one, '孙八');
    const intermediates = [cross(one, other), cross(other, one), one.certificate, other.certificate];
    const { chain } = validate(end.certificate, { roots: trust.roots, intermediates, at: now });
    assert.equal(chain.result, 'failed');
  });

  it('that is trusted itself needs nobody', () => {
    const self = createRoot({ country: 'CN', commonName: '自签' }, root.privateKey, validity(-1, 1));
    const found = validate(self.certificate, { roots: [self.certificate], at: now });
    assert.deepEqual([found.chain.code, found.path.length], ['trusted', 1]);
  });
});

describe('revocation', () => {
  const revocation = (more: Partial<Revocation> = {}): Revocation => ({
    serialNumber: signer.certificate.serialNumber,
    revokedAt: daysFromNow(-10),
    reason: 'cessationOfOperation',
    ...more,
  });
  const found = (lists: ValidateOptions['crls'], options: Partial<ValidateOptions> = {}) =>
    validate(signer.certificate, { ...trust, crls: lists, at: now, ...options }).revocation;
  const withList = (
    more: Partial<Revocation> = {},
    options: Partial<ValidateOptions> = {},
    days?: number[],
  ) => found([listOf(root), listOf(authority, [revocation(more)], days)], options);

  it('is told with time and reason, from its day on', () => {
    const { result, code, revocation: told } = withList();
    assert.deepEqual([result, code], ['failed', 'revoked']);
    assert.deepEqual([told!.reason, told!.revokedAt], ['cessationOfOperation', daysFromNow(-10)]);
    const before = withList({}, { at: daysFromNow(-11), now });
    assert.deepEqual([before.result, before.code], ['passed', 'revoked-later']);
    assert.equal(before.revocation!.reason, 'cessationOfOperation');
  });

  it('of a compromised key reaches back to when it was feared', () => {
    const compromise = { reason: 'keyCompromise', invalidAt: daysFromNow(-20) } as const;
    assert.equal(withList(compromise, { at: daysFromNow(-15), now }).code, 'revoked');
    assert.equal(withList(compromise, { at: daysFromNow(-21), now }).code, 'revoked-later');
    const superseded = { reason: 'superseded', invalidAt: daysFromNow(-20) } as const;
    assert.equal(withList(superseded, { at: daysFromNow(-15), now }).code, 'revoked-later');
  });

  it('of an authority reaches those below', () => {
    const ofAuthority = { ...revocation(), serialNumber: authority.certificate.serialNumber };
    const { code, certificate } = found([listOf(root, [ofAuthority]), listOf(authority)]);
    assert.deepEqual([code, certificate], ['revoked', authority.certificate]);
  });

  it('is not possible without a list, or with an old one', () => {
    assert.equal(found([]).code, 'list-absent');
    assert.equal(found([listOf(root)]).code, 'list-absent');
    assert.equal(found([listOf(root), listOf(authority, [], [-9, -1])]).code, 'list-stale');
    assert.equal(found([listOf(authority), listOf(root, [], [-9, -1])]).code, 'list-stale');
    assert.equal(found([listOf(root), listOf(authority, [], [1, 9])]).code, 'list-unusable', 'of the future');
    for (const { result } of [found([]), found([listOf(root), listOf(authority, [], [-9, -1])])])
      assert.equal(result, 'not-possible');
  });

  it('stands in an old list too, a hold does not', () => {
    assert.equal(withList({}, {}, [-9, -1]).code, 'revoked');
    assert.equal(withList({ reason: 'certificateHold' }, {}, [-9, -1]).code, 'list-stale');
    assert.equal(withList({ reason: 'certificateHold' }).code, 'revoked');
  });

  it('is taken from the newest list', () => {
    const older = { ...listOf(authority, [revocation({ reason: 'certificateHold' })]), number: 6n };
    assert.equal(found([listOf(root), older, listOf(authority)]).code, 'not-revoked');
  });

  it('is not taken from a list that another signed', () => {
    const other = newAuthority(root);
    const [theirs, ours] = [listOf(other), listOf(authority, [revocation()])];
    const forged = { ...ours, signature: theirs.signature };
    assert.equal(found([listOf(root), forged]).code, 'list-unusable');
    assert.equal(found([listOf(root), theirs]).code, 'list-unusable');
    assert.equal(found([listOf(root), { ...ours, unknownCritical: ['2.5.29.28'] }]).code, 'list-unusable');
  });

  it('of an expired certificate is told only by lists that keep them', () => {
    const later = daysFromNow(400);
    const kept = listOf(authority, [], [399, 420]);
    const rootList = listOf(root, [], [399, 420]);
    assert.equal(found([rootList, kept], { at: now, now: later }).code, 'not-revoked');
    const dropped = { ...kept, keepsExpiredSince: undefined };
    assert.equal(found([rootList, dropped], { at: now, now: later }).code, 'list-omits-expired');
  });
});
