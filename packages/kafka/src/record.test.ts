import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type OutgoingRecord, fromMessage as read, splitIntoRequests, toMessage } from './record.ts';

const record = fc.record({
  key: fc.option(fc.string(), { nil: undefined }),
  value: fc.uint8Array({ maxLength: 400 }),
  headers: fc.option(fc.dictionary(fc.string({ maxLength: 8 }), fc.string()), { nil: undefined }),
});
const size = ({ key = '', value, headers = {} }: OutgoingRecord) =>
  Buffer.byteLength(key) + value.length + Object.entries(headers).join('').length;

test('requests keep the order, lose nothing and stay below the limit unless a record alone is beyond it', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), fc.integer({ min: 1, max: 2_000 }), (records, limit) => {
      const requests = splitIntoRequests(records, limit);
      assert.deepEqual(requests.flat(), records);
      for (const request of requests) {
        assert.ok(request.length === 1 || request.reduce((sum, one) => sum + size(one), 0) <= limit);
        assert.ok(request.length > 0);
      }
    }),
  );
});

test('small records share a request', () => {
  const records = Array.from({ length: 1_000 }, () => ({ value: new Uint8Array(600) }));
  assert.deepEqual(
    splitIntoRequests(records).map((request) => request.length),
    [1_000],
  );
});

test('a view into a larger buffer is sent as itself', () => {
  const whole = new Uint8Array([1, 2, 3, 4]);
  const { value, key, headers } = toMessage({ value: whole.subarray(1, 3), key: '键', headers: { a: 'b' } });
  assert.deepEqual([value, key, headers], [Buffer.from([2, 3]), Buffer.from('键'), { a: Buffer.from('b') }]);
});

const fromMessage = (message: object) => read(message as Parameters<typeof read>[0]);

test('what came is read without trust: no headers, a header twice, no value', () => {
  const bare = { offset: '7', key: null, value: null, timestamp: '1000', attributes: 0, headers: undefined };
  assert.deepEqual(fromMessage(bare), {
    offset: 7n,
    key: null,
    value: null,
    headers: {},
    timestampMs: 1_000,
  });
  const twice = {
    ...bare,
    size: 0,
    headers: { a: [Buffer.from('1'), Buffer.from('2')], b: 'x', c: undefined },
  };
  assert.deepEqual(fromMessage(twice).headers, { a: Buffer.from('1'), b: Buffer.from('x') });
});
