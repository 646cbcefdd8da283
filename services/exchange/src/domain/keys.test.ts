import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { formatIdentifier } from '@lianzheng/identifier';
import { holderKey, indexKey, licenceKey, licenceOf } from './keys.ts';

const parts = {
  typeCode: '11100000000013338W011',
  issuerCode: '11430000006122244L',
  serial: '20230000403',
};
const versions = [1, 2, 999].map((version) => formatIdentifier({ ...parts, version }));

test('all versions of a licence have one key; other licences another', () => {
  assert.equal(new Set(versions).size, 3);
  assert.equal(new Set(versions.map(licenceKey)).size, 1);
  const other = formatIdentifier({ ...parts, serial: '20230000404', version: 1 });
  assert.notEqual(licenceKey(other), licenceKey(versions[0]!));
  assert.equal(
    licenceOf(versions[0]!),
    `1.2.156.3005.2.${parts.typeCode}.${parts.issuerCode}.${parts.serial}`,
  );
});

test('keys fit a bigint with its sign', () => {
  const keys = Array.from({ length: 50 }, (_, i) =>
    licenceKey(formatIdentifier({ ...parts, serial: `S${i}`, version: 1 })),
  );
  assert.ok(keys.some((key) => key < 0n) && keys.some((key) => key > 0n));
  assert.ok(keys.every((key) => BigInt.asIntN(64, key) === key));
});

test('the key of a holder is the beginning of the index', () => {
  const index = createHash('sha256').update('holder').digest();
  assert.equal(indexKey(index), index.subarray(0, 16).toString('hex'));
  assert.equal(holderKey(indexKey(index)), index.readBigInt64BE());
});

test('an index that is too short is no reason to fail', () => {
  assert.equal(indexKey(new Uint8Array([1, 2])), '0102');
});
