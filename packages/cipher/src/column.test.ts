import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CipherError, columnKeyId, createDataKey, openColumn, sealColumn } from './index.ts';

const key = createDataKey('dk-1', randomBytes(32));
const keys = new Map([[key.keyId, key]]);
const bytes = fc.uint8Array({ maxLength: 300 });

test('what was sealed is opened, in its place only', () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, (plaintext, aad, otherAad) => {
      const record = sealColumn(key, plaintext, aad);
      assert.deepEqual(openColumn(keys, record, aad), Buffer.from(plaintext));
      if (Buffer.compare(aad, otherAad) !== 0) {
        assert.throws(() => openColumn(keys, record, otherAad), { name: 'CipherError', code: 'refused' });
      }
    }),
  );
});

test('no changed, cut or lengthened record opens', () => {
  const record = sealColumn(key, Buffer.from('持证主体'), Buffer.from('licence/face/1'));
  fc.assert(
    fc.property(fc.nat(record.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(record);
      changed[at]! ^= flip;
      assert.throws(() => openColumn(keys, changed, Buffer.from('licence/face/1')), CipherError);
    }),
  );
  for (let length = 0; length < record.length; length += 1) {
    const cut = record.subarray(0, length);
    assert.throws(() => openColumn(keys, cut, Buffer.from('licence/face/1')), CipherError);
  }
  const longer = Buffer.concat([record, Buffer.of(0)]);
  assert.throws(() => openColumn(keys, longer, Buffer.from('licence/face/1')), CipherError);
});

test('the boundary between key id and aad cannot be moved', () => {
  const short = createDataKey('k', key.secret.export());
  const record = sealColumn(createDataKey('k1', key.secret.export()), Buffer.from('x'), Buffer.from('aad'));
  const shifted = Buffer.concat([Buffer.from([1, 1]), Buffer.from('k'), record.subarray(4)]);
  assert.throws(() => openColumn(new Map([['k', short]]), shifted, Buffer.from('1aad')), { code: 'refused' });
});

test('a record names its algorithm and its key', () => {
  const record = sealColumn(key, Buffer.from('x'), Buffer.alloc(0));
  assert.equal(record[0], 1);
  assert.equal(columnKeyId(record), 'dk-1');
  assert.throws(() => openColumn(new Map(), record, Buffer.alloc(0)), { code: 'key' });
  const otherAlgorithm = Buffer.concat([Buffer.of(2), record.subarray(1)]);
  assert.throws(() => openColumn(keys, otherAlgorithm, Buffer.alloc(0)), { code: 'algorithm' });
});

test('equal plaintexts do not give equal records', () => {
  const seal = () => sealColumn(key, Buffer.from('x'), Buffer.alloc(0)).toString('hex');
  assert.notEqual(seal(), seal());
});

test('data keys have 32 bytes and a plain name', () => {
  assert.throws(() => createDataKey('k', randomBytes(16)), { code: 'key' });
  assert.throws(() => createDataKey('钥', randomBytes(32)), { code: 'key' });
  assert.throws(() => createDataKey('', randomBytes(32)), { code: 'key' });
});
