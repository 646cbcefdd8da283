import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { formatIdentifier } from '@lianzheng/identifier';
import { encodeLeaf } from '@lianzheng/log';
import { CatalogBody } from '@lianzheng/proto/catalog/v1/objects';
import {
  AliasBody,
  ErasedBody,
  IndexBody,
  Leaf,
  LeafKind,
  LicenceState,
  Operation,
  StatusBody,
} from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { catalogEffectsOf, type Effects, effectsOf } from './effects.ts';
import { holderKey, indexKey, licenceKey } from './keys.ts';

const issuerCode = '11430000006122244L';
const typeCode = '11100000000013338W011';
const identifier = formatIdentifier({ typeCode, issuerCode, serial: '20230000403', version: 1 });

const indexOf = (holder: string) => createHash('sha256').update(holder).digest();
const sideOf = (holder: string, number = 0): HolderSide => ({
  number,
  index: indexOf(holder),
  salt: Buffer.alloc(16, holder.length),
  keyId: 'index-1',
});
const commitmentTo = ({ salt, index }: HolderSide) =>
  createHash('sha256').update(salt).update(index).digest();

function statusBody(changes: Partial<StatusBody> = {}): Buffer {
  const body: StatusBody = {
    identifier,
    typeCode,
    issuerCode,
    revision: 1,
    operation: Operation.ISSUE,
    state: LicenceState.IN_FORCE,
    reasonCode: '',
    validFrom: '2026-01-01',
    validTo: '',
    effectiveAt: new Date('2026-01-01T00:00:00Z'),
    recordedAt: new Date('2026-01-01T00:00:00Z'),
    forms: [],
    replaces: [],
    holderCommitments: [],
    ...changes,
  };
  return Buffer.from(StatusBody.encode(body).finish());
}

type Choice = {
  kind?: number;
  critical?: boolean;
  subject?: string;
  body: Uint8Array;
  sequence?: number;
  holders?: HolderSide[];
};

function entryOf({
  kind = LeafKind.STATUS,
  critical = true,
  subject = identifier,
  body,
  sequence = 5,
  holders = [],
}: Choice) {
  return { sequence, holders, leaf: encodeLeaf({ kind: kind as LeafKind, critical, subject, body }) };
}

const none = effectsOf([]);
const expected = (changes: Partial<Effects>): Effects => ({ ...none, ...changes });
const encoded = <T>(type: { encode(body: T): { finish(): Uint8Array } }, body: T) =>
  type.encode(body).finish();

test('a status entry: keys of the licence and its first holder in the row, further holders beside it, the issuer', () => {
  const holders = [sideOf('first'), sideOf('second one', 1)];
  const body = statusBody({ holderCommitments: holders.map(commitmentTo) });
  assert.deepEqual(
    effectsOf([entryOf({ body, holders: holders.toReversed() })]),
    expected({
      keys: [{ sequence: 5, licence: licenceKey(identifier), holder: holderKey(indexKey(indexOf('first'))) }],
      holders: [{ index: indexKey(indexOf('second one')), sequence: 5 }],
      issuers: [{ sequence: 5, issuerCode }],
    }),
  );
});

test('lookup data that is missing, or does not fit its commitment, is missed holder by holder', () => {
  const right = sideOf('right');
  const commitments = [commitmentTo(right), commitmentTo(sideOf('other')), commitmentTo(right)];
  const wrongs: [string, HolderSide[], number[]][] = [
    ['nothing', [], [0, 1, 2]],
    ['one of three', [right], [1, 2]],
    ['another index', [{ ...right, index: indexOf('forged') }], [0, 1, 2]],
    ['another salt', [{ ...right, salt: Buffer.alloc(16, 9) }], [0, 1, 2]],
    ['another number', [{ ...right, number: 7 }], [0, 1, 2]],
    ['the same for two', [right, { ...right, number: 2 }], [1]],
  ];
  for (const [what, holders, missing] of wrongs) {
    const { sideMissing, keys } = effectsOf([
      entryOf({ body: statusBody({ holderCommitments: commitments }), holders }),
    ]);
    assert.deepEqual(
      sideMissing,
      missing.map((holderNumber) => ({ sequence: 5, holderNumber })),
      what,
    );
    assert.equal(keys[0]?.holder === null, missing.includes(0), what);
  }
});

test('an index of another length is none, even if its commitment fits', () => {
  const short = { ...sideOf('short'), index: Buffer.alloc(5, 1) };
  const body = statusBody({ holderCommitments: [commitmentTo(short)] });
  const { sideMissing, keys } = effectsOf([entryOf({ body, holders: [short] })]);
  assert.deepEqual([sideMissing, keys[0]?.holder], [[{ sequence: 5, holderNumber: 0 }], null]);
});

test('an unknown kind has no effect; a critical one is not understood, for its subject', () => {
  const body = Buffer.from('of a later release');
  assert.deepEqual(effectsOf([entryOf({ kind: 99, critical: false, body })]), none);
  assert.deepEqual(
    effectsOf([entryOf({ kind: 99, body }), entryOf({ kind: 99, subject: '', body, sequence: 6 })]),
    expected({
      notUnderstood: [
        { sequence: 5, subject: identifier },
        { sequence: 6, subject: '' },
      ],
    }),
  );
});

test('an unknown format counts as critical, whatever the leaf says', () => {
  const leaf = Buffer.from(
    Leaf.encode({
      format: 2,
      kind: LeafKind.STATUS,
      critical: false,
      subject: identifier,
      body: statusBody(),
    }).finish(),
  );
  assert.deepEqual(
    effectsOf([{ sequence: 5, leaf, holders: [] }]),
    expected({ notUnderstood: [{ sequence: 5, subject: identifier }] }),
  );
});

test('bytes that are no leaf are not understood for the whole log', () => {
  assert.deepEqual(
    effectsOf([{ sequence: 5, leaf: Buffer.from([0xff]), holders: [] }]),
    expected({ notUnderstood: [{ sequence: 5, subject: '' }] }),
  );
});

test('an unknown enum value counts as critical; the licence is found all the same', () => {
  for (const changes of [{ operation: 12 }, { state: 8 }, { operation: 0 }, { state: 0 }]) {
    const body = statusBody(changes as Partial<StatusBody>);
    const effects = effectsOf([entryOf({ body, critical: false })]);
    assert.deepEqual(effects.notUnderstood, [{ sequence: 5, subject: identifier }], JSON.stringify(changes));
    assert.equal(effects.keys.length, 1);
  }
});

test('a body that cannot be read is not understood for its subject, and harms nothing else', () => {
  const bodies = [Buffer.from([0xff]), statusBody({ identifier: 'no identifier' })];
  for (const body of bodies) {
    const effects = effectsOf([
      entryOf({ body, critical: false, sequence: 4 }),
      entryOf({ body: statusBody(), sequence: 5 }),
    ]);
    assert.deepEqual(effects.notUnderstood, [{ sequence: 4, subject: identifier }]);
    assert.deepEqual(
      effects.keys.map(({ sequence }) => sequence),
      [5],
    );
  }
});

test('a subject may hold what PostgreSQL cannot', () => {
  const { notUnderstood } = effectsOf([entryOf({ kind: 99, subject: 'a\0b', body: Buffer.alloc(0) })]);
  assert.deepEqual(notUnderstood, [{ sequence: 5, subject: 'ab' }]);
});

test('an index entry adds the holder of an earlier entry under a new key', () => {
  const side = sideOf('first under the new key');
  const body = encoded(IndexBody, { sequence: 3n, holderNumber: 1, commitment: commitmentTo(side) });
  assert.deepEqual(
    effectsOf([entryOf({ kind: LeafKind.INDEX, body, holders: [side] })]),
    expected({
      holders: [{ index: indexKey(side.index), sequence: 3 }],
      rekeyed: [{ sequence: 5, of: 3, holderNumber: 1 }],
    }),
  );
  const { sideMissing, rekeyed } = effectsOf([entryOf({ kind: LeafKind.INDEX, body })]);
  assert.deepEqual([sideMissing, rekeyed.length], [[{ sequence: 5, holderNumber: 0 }], 1]);
});

test('an alias joins two indices, if both are there', () => {
  const [former, present] = [sideOf('former number'), sideOf('present', 1)];
  const body = encoded(AliasBody, {
    formerCommitment: commitmentTo(former),
    presentCommitment: commitmentTo(present),
  });
  assert.deepEqual(
    effectsOf([entryOf({ kind: LeafKind.ALIAS, body, holders: [former, present] })]),
    expected({
      aliases: [{ former: indexKey(former.index), present: indexKey(present.index), sequence: 5 }],
    }),
  );
  assert.deepEqual(
    effectsOf([entryOf({ kind: LeafKind.ALIAS, body, holders: [former] })]),
    expected({ sideMissing: [{ sequence: 5, holderNumber: 1 }] }),
  );
});

test('an erased entry names holders of an earlier entry; one that names a later entry makes no sense', () => {
  const erased = (sequence: bigint) => encoded(ErasedBody, { sequence, holderNumbers: [0, 2] });
  assert.deepEqual(
    effectsOf([entryOf({ kind: LeafKind.ERASED, body: erased(3n) })]),
    expected({ erased: [{ sequence: 3, holderNumbers: [0, 2] }] }),
  );
  for (const beyond of [5n, 2n ** 64n - 1n]) {
    const { erased: done, notUnderstood } = effectsOf([
      entryOf({ kind: LeafKind.ERASED, body: erased(beyond) }),
    ]);
    assert.deepEqual([done, notUnderstood.length], [[], 1]);
  }
});

test('of a catalogue log: a critical object of a later release is not understood', () => {
  const recordedAt = new Date('2026-01-01T00:00:00Z');
  const known = encoded(CatalogBody, {
    recordedAt,
    object: {
      key: 'matter/1',
      version: 1,
      node: '440300',
      retired: false,
      object: { $case: 'matter', value: { code: '1', name: '甲', departmentCode: '', licences: [] } },
    },
  });
  const unknown = encoded(CatalogBody, {
    recordedAt,
    object: { key: 'x/1', version: 1, node: '440300', retired: false, object: undefined },
  });
  const at = (body: Uint8Array, sequence: number, critical = true) =>
    entryOf({ kind: LeafKind.CATALOG, subject: 'x/1', body, sequence, critical });
  const { notUnderstood } = catalogEffectsOf([
    at(known, 1),
    at(unknown, 2),
    at(unknown, 3, false),
    at(Buffer.from([0xff]), 4),
  ]);
  assert.deepEqual(
    notUnderstood.map(({ sequence }) => sequence),
    [2, 4],
  );
});
