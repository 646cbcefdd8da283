import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entries, pack, unpack } from '@lianzheng/ofd';
import { loadFonts } from '@lianzheng/ofd/fonts';
import { prepareFonts } from '@lianzheng/ofd/fonts/prepare';
import {
  assembleSeal,
  assembleSignature,
  decodeSignature,
  encodeSealInfo,
  encodeToBeSigned,
  makeSignature,
  prepareSealing,
  sealOfd,
} from '@lianzheng/seal';
import type { Revocation } from '@lianzheng/seal-certificate';
import { sign } from '@lianzheng/sm2';
import { createSampleAuthority, STAMP, samplePress } from '../sample/index.ts';
import { type CheckName, type VerifyOptions, verifyDocument } from '../src/index.ts';

await prepareFonts();
const now = new Date('2026-11-24T08:09:10Z');
const hours = (count: number) => new Date(now.getTime() + count * 3_600_000);
const press = samplePress(await loadFonts());
const authority = createSampleAuthority(now);
const city = authority.seal('样本市样本局');
const province = authority.seal('样本省样本厅');
const trust: VerifyOptions = { roots: [authority.root], crls: [authority.crl()], now };

const CITY = { kind: 'legal-name', department: '样本市样本局' } as const;
const PROVINCE = { kind: 'legal-name', department: '样本省样本厅' } as const;
const stamps = [STAMP];
const signedAt = hours(-1);

const one = sealOfd(press.make([CITY]), { seal: city.seal, signedAt, stamps }, city.party);
const half = sealOfd(press.make([CITY, PROVINCE]), { seal: city.seal, signedAt, stamps }, city.party);
const both = sealOfd(half, { seal: province.seal, signedAt, stamps }, province.party);

function findings(entries: Entries | Buffer, options: Partial<VerifyOptions> = {}) {
  const file = Buffer.isBuffer(entries) ? entries : pack(entries);
  return verifyDocument(file, { ...trust, ...options });
}

/** Names of the checks that did not pass, with their result. */
function bad(
  entries: Entries | Buffer,
  options: Partial<VerifyOptions> = {},
): Partial<Record<CheckName, string>> {
  const { checks } = findings(entries, options);
  return Object.fromEntries(
    checks
      .filter(({ result, name }) => result !== 'passed' && name !== 'status')
      .map(({ name, result }) => [name, result]),
  );
}

function changed(entries: Entries, change: (copy: Entries) => void): Entries {
  const copy = new Map(entries);
  change(copy);
  return copy;
}

test('a document under one seal, and under two', () => {
  for (const [entries, names] of [
    [one, ['样本市样本局（样本）']],
    [both, ['样本市样本局（样本）', '样本省样本厅（样本）']],
  ] as const) {
    const report = findings(entries);
    assert.ok(report.ok, JSON.stringify(report, null, 1));
    assert.deepEqual(
      report.seals.map(({ name }) => name),
      names,
    );
    assert.deepEqual(bad(entries), {});
  }
});

test('a document that still waits for a seal, or was stripped of one, fails', () => {
  assert.deepEqual(bad(half), { references: 'failed' });
  assert.match(findings(half).checks[1]!.reason.zh, /缺少应加盖的印章，序号：2/);
  const stripped = changed(half, (copy) => {
    for (const name of copy.keys()) if (name.includes('/Signs/')) copy.delete(name);
  });
  assert.equal(bad(stripped).references, 'failed');
});

test('what viewers miss is found', () => {
  const signs = 'Doc_0/Signs/';
  const edit = (entries: Entries, name: string, from: string, to: string) =>
    changed(entries, (copy) => {
      const before = Buffer.from(copy.get(name)!).toString();
      assert.ok(before.includes(from), `${name} has no ${from}`);
      copy.set(name, Buffer.from(before.replace(from, to)));
    });
  const put = (entries: Entries, name: string, bytes: Uint8Array) =>
    changed(entries, (copy) => copy.set(name, bytes));
  const flipped = (bytes: Uint8Array, at: number) => {
    const copy = Buffer.from(bytes);
    copy[at < 0 ? copy.length + at : at]! ^= 1;
    return copy;
  };
  const value = one.get(`${signs}Sign_0/SignedValue.dat`)!;
  const page = 'Doc_0/Pages/Page_0/Content.xml';
  const cases: [string, Entries | Buffer, Partial<Record<CheckName, string>>][] = [
    [
      'Signature.xml changed',
      edit(one, `${signs}Sign_0/Signature.xml`, 'Lianzheng', 'lianzheng'),
      { 'data-hash': 'failed' },
    ],
    ['a file slipped in', put(one, 'Doc_0/Extra.xml', Buffer.from('<a/>')), { references: 'failed' }],
    [
      'a file slipped into the folder of the seal',
      put(both, `${signs}Sign_0/More.xml`, Buffer.from('<a/>')),
      { references: 'failed' },
    ],
    ['a page replaced, references kept', edit(one, page, '欧阳', '欧陽'), { references: 'failed' }],
    [
      'a file removed',
      changed(one, (copy) => copy.delete('Doc_0/Attachs/metadata.xml')),
      { package: 'failed' },
    ],
    [
      'the seal’s own signature',
      put(one, `${signs}Sign_0/Seal.esl`, province.seal.bytes),
      { seal: 'failed' },
    ],
    [
      'the signature',
      put(one, `${signs}Sign_0/SignedValue.dat`, flipped(value, -1)),
      { signature: 'failed' },
    ],
    [
      'an attribute twice',
      edit(one, page, ' Boundary="', ' Boundary="0 0 1 1" Boundary="'),
      { package: 'failed' },
    ],
    ['bytes after the end', Buffer.concat([pack(one), Buffer.from('x')]), { package: 'failed' }],
  ];
  for (const [what, entries, expected] of cases) {
    const found = bad(entries);
    for (const [name, result] of Object.entries(expected))
      assert.equal(found[name as CheckName], result, what);
    assert.equal(findings(entries).ok, false, what);
  }
});

test('a seal from another document is not this one’s', () => {
  const other = sealOfd(press.make([CITY], '买买提·艾力'), { seal: city.seal, signedAt, stamps }, city.party);
  const value = 'Doc_0/Signs/Sign_0/SignedValue.dat';
  assert.deepEqual(bad(changed(one, (copy) => copy.set(value, other.get(value)!))), {
    'data-hash': 'failed',
  });
  const moved = changed(one, (copy) => {
    for (const [name, bytes] of other) if (name.includes('/Sign_0/')) copy.set(name, bytes);
  });
  assert.deepEqual(bad(moved), { references: 'failed' });
});

test('a seal whose own signature is wrong, in a signature that is right', () => {
  const { info, makerCertificate, signature } = city.seal;
  const forged = assembleSeal(encodeSealInfo({ ...info, name: '样本市样本局' }), makerCertificate, signature);
  const sealing = prepareSealing(press.make([CITY]), { seal: forged, signedAt, stamps });
  const toBeSigned = encodeToBeSigned(forged, sealing.content);
  const { certificate, privateKey } = city.party;
  const value = assembleSignature(toBeSigned, certificate.bytes, sign(privateKey, toBeSigned));
  assert.deepEqual(bad(sealing.complete(value)), { seal: 'failed' });
});

test('a seal of another department or kind does not take its turn', () => {
  const wrong = sealOfd(press.make([PROVINCE]), { seal: city.seal, signedAt, stamps }, city.party);
  assert.deepEqual(bad(wrong), { seal: 'failed' });
  const special = authority.seal('样本市样本局', { kind: 'special-purpose', party: city.party });
  const kind = sealOfd(press.make([CITY]), { seal: special.seal, signedAt, stamps }, city.party);
  assert.deepEqual(bad(kind), { seal: 'failed' });
});

test('a signer whom the seal does not list, and one who is refused at once', () => {
  const stranger = authority.issue('样本市样本局', 'signer');
  assert.throws(
    () => sealOfd(press.make([CITY]), { seal: city.seal, signedAt, stamps }, stranger),
    /list of signers/,
  );
  const sealing = prepareSealing(press.make([CITY]), { seal: city.seal, signedAt, stamps });
  const own = authority.seal('样本市样本局', { party: stranger });
  const signature = decodeSignature(makeSignature(own.seal, sealing.content, stranger).bytes);
  assert.equal(bad(sealing.complete(signature)).seal, 'failed');
});

test('sealing refuses what would not stand', () => {
  const input = { seal: city.seal, signedAt, stamps };
  assert.throws(() => prepareSealing(one, input), /has all its seals/);
  assert.throws(() => prepareSealing(press.make([]), input), /does not name its seals/);
  assert.throws(() => prepareSealing(press.make([CITY]), { ...input, stamps: [] }), /without a place/);
  assert.throws(
    () => prepareSealing(press.make([CITY]), { ...input, stamps: [{ ...STAMP, page: '7' }] }),
    /no page 7/,
  );
});

test('roots, lists and times: what fails and what cannot be known', () => {
  const revocation = (more: Partial<Revocation> = {}): Revocation => ({
    serialNumber: city.party.certificate.serialNumber,
    revokedAt: hours(-2),
    reason: 'superseded',
    ...more,
  });
  const crls = (more?: Partial<Revocation>, at = now) => [authority.crl([revocation(more)], at)];
  assert.deepEqual(bad(one, { roots: [] }), { chain: 'failed' });
  assert.deepEqual(bad(one, { crls: [] }), { chain: 'not-possible' });
  assert.deepEqual(bad(one, { now: hours(24 * 8) }), { chain: 'not-possible' });
  // Revoked before it was used; afterwards; afterwards, but the log proves that the seal is older.
  const later = { revokedAt: hours(-0.5) };
  assert.equal(findings(one, { crls: crls() }).ok, false);
  assert.deepEqual(bad(one, { crls: crls(later) }), {
    chain: 'not-possible',
    time: 'not-possible',
    'seal-validity': 'not-possible',
  });
  assert.deepEqual(bad(one, { crls: crls(later), provenAt: hours(-0.75) }), {});
  const compromise = crls({ ...later, reason: 'keyCompromise' });
  assert.equal(bad(one, { crls: compromise }).time, 'failed');
  assert.deepEqual(bad(one, { crls: compromise, provenAt: hours(-0.75) }), {});
  // After the end of the certificate.
  const end = { now: hours(24 * 365 * 10), crls: [authority.crl([], hours(24 * 365 * 10))] };
  assert.equal(bad(one, end).time, 'not-possible');
  assert.equal(findings(one, end).ok, false);
  assert.deepEqual(bad(one, { ...end, provenAt: hours(1) }), {});
  // A clock that was ahead.
  assert.equal(bad(one, { now: hours(-2), crls: [authority.crl([], hours(-2))] }).time, 'failed');
});

test('the seal’s own period, and a certificate for something else', () => {
  const short = authority.seal('样本市样本局', { party: city.party, validUntil: hours(-0.5) });
  const used = sealOfd(press.make([CITY]), { seal: short.seal, signedAt, stamps }, city.party);
  assert.deepEqual(bad(used), {});
  assert.throws(
    () => sealOfd(press.make([CITY]), { seal: short.seal, signedAt: now, stamps }, city.party),
    /period/,
  );
  const notYet = authority.issue('样本市样本局', 'signer', {
    notBeforeAt: hours(-0.5),
    notAfterAt: hours(9),
  });
  const early = authority.seal('样本市样本局', { party: notYet });
  const sealed = sealOfd(press.make([CITY]), { seal: early.seal, signedAt, stamps }, notYet);
  assert.deepEqual(bad(sealed), { chain: 'failed' });
  const ca = authority.issue('样本市样本局', 'authority');
  const wrong = authority.seal('样本市样本局', { party: ca });
  assert.deepEqual(bad(sealOfd(press.make([CITY]), { seal: wrong.seal, signedAt, stamps }, ca)), {
    chain: 'failed',
  });
});

test('a copy for one use ends', () => {
  const fields: [string, string][] = [
    ['JZJZZSJ', '2026-11-24T07:00:00Z'],
    ['JZJZZZ', '样本市样本局'],
    ['JZJZZSY', '申请样本'],
    ['JZJYXQJZSJ', '2026-11-24T09:00:00Z'],
  ];
  const copy = sealOfd(
    press.make([CITY], undefined, fields),
    { seal: city.seal, signedAt, stamps },
    city.party,
  );
  assert.deepEqual(bad(copy), {});
  assert.deepEqual(bad(copy, { now: hours(2) }), { copy: 'failed' });
  const partly = sealOfd(
    press.make([CITY], undefined, fields.slice(1)),
    { seal: city.seal, signedAt, stamps },
    city.party,
  );
  assert.deepEqual(bad(partly), { copy: 'failed' });
});

test('no OFD at all is told, not thrown', () => {
  for (const file of [Buffer.alloc(0), Buffer.from('no zip'), pack(new Map([['a', Buffer.from('b')]]))]) {
    const report = findings(file);
    assert.equal(report.ok, false);
    assert.equal(report.checks[0]!.result, 'failed');
    assert.ok(report.checks.slice(1).every(({ result }) => result === 'not-possible'));
  }
});

test('a seal across pages is one signature with several stamps', () => {
  const slices = [0, 1].map((index) => ({
    ...STAMP,
    clip: { x: 10 * index, y: 0, width: 10, height: 20 },
  }));
  const sealed = sealOfd(press.make([CITY]), { seal: city.seal, signedAt, stamps: slices }, city.party);
  assert.deepEqual(bad(unpackAgain(sealed)), {});
  assert.match(Buffer.from(sealed.get('Doc_0/Signs/Signatures.xml')!).toString(), /MaxSignId>3</);
});

function unpackAgain(entries: Entries): Entries {
  return unpack(pack(entries));
}
