import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkpointRefusal } from './checkpoint-rules.ts';
import { holderIndexInput } from './holder-index.ts';
import { createTokenBucket } from './token-bucket.ts';

test('no two holder queries give the same bytes', () => {
  const part = fc.string({ unit: fc.constantFrom('1', 'x', '\u0000', '证'), maxLength: 3 });
  const query = fc.record({ codeKind: part, code: part, typeCode: part });
  fc.assert(
    fc.property(query, query, (a, b) => {
      const same = a.codeKind === b.codeKind && a.code === b.code && a.typeCode === b.typeCode;
      assert.equal(holderIndexInput(a).equals(holderIndexInput(b)), same);
    }),
  );
});

test('a bucket never lets through more than its burst and its rate', () => {
  const request = fc.record({ count: fc.integer({ min: 1, max: 60 }), afterMs: fc.nat(2_000) });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 50 }), (requests) => {
      const bucket = createTokenBucket(20, 50);
      let nowMs = 0;
      let taken = 0;
      for (const { count, afterMs } of requests) {
        nowMs += afterMs;
        const waitMs = bucket.take(count, nowMs);
        nowMs += waitMs;
        const isTaken = waitMs === 0 || bucket.take(count, nowMs) === 0;
        // Whoever waits as long as told gets it, unless it is more than can ever be had at once.
        assert.equal(isTaken, count <= 50);
        if (isTaken) taken += count;
        assert.ok(taken <= 50 + (nowMs * 20) / 1000 + 1e-6);
      }
    }),
  );
});

test('a clock that goes back gives no tokens', () => {
  const bucket = createTokenBucket(10, 10);
  assert.equal(bucket.take(10, 10_000), 0);
  assert.ok(bucket.take(1, 5_000) > 0);
  assert.ok(bucket.take(10, 10_900) > 0);
  assert.equal(bucket.take(9, 10_900), 0);
});

test('without a proof nothing larger than what was signed passes, and nothing smaller ever', () => {
  const size = fc.nat(1_000);
  const root = fc.constantFrom(Buffer.alloc(32, 1), Buffer.alloc(32, 2));
  const time = fc.nat(5).map((ms) => new Date(ms));
  fc.assert(
    fc.property(fc.record({ size, root, time }), fc.record({ size, root, time }), (last, next) => {
      const refusal = checkpointRefusal(last, { ...next, proof: [] });
      const extendsEmpty = last.size === 0 && next.size > 0;
      const repeats = next.size === last.size && next.root.equals(last.root);
      assert.equal(refusal === undefined, (extendsEmpty || repeats) && next.time >= last.time);
    }),
  );
});
