import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entry } from '@lianzheng/proto/log/v1/log';
import fc from 'fast-check';
import { decodeSide, encodeSide } from './leaf.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const holder = fc.record(
  {
    number: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    index: bytes,
    salt: bytes,
    keyId: fc.string({ maxLength: 40, unit: 'grapheme' }),
  },
  { noNullPrototype: true },
);

test('side data is what protobuf would write of the holders, and is read back', () => {
  fc.assert(
    fc.property(fc.array(holder, { maxLength: 4 }), (holders) => {
      const expected = Entry.encode({ sequence: 0n, leaf: Buffer.alloc(0), holders }).finish();
      const side = encodeSide(holders);
      assert.deepEqual(side, Buffer.from(expected));
      assert.deepEqual(decodeSide(side), holders);
    }),
  );
});
