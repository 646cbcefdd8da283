import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { containsHolderCode, randomSerial, serialFrom } from './index.ts';

test('a licence number is a serial as it stands or not at all', () => {
  assert.equal(serialFrom('20230000403'), '20230000403');
  assert.equal(serialFrom('A'.repeat(64)), 'A'.repeat(64));
  for (const number of ['', 'A'.repeat(65), 'a1', '粤(2023)第1号', '1 2', '1\n', '1.2']) {
    assert.equal(serialFrom(number), undefined, number);
  }
});

test('a holder code is found in every spelling', () => {
  const code = '11010519491231002X';
  for (const serial of [code, `A${code}B`, '11010519491231002', '110105491231002', 'Z110105491231002Z']) {
    assert.equal(containsHolderCode(serial, ['X-1', code]), true, serial);
  }
  assert.equal(containsHolderCode(code, ['110105491231002']), true, '15 digits given, 18 found');
  assert.equal(containsHolderCode('GD01234567', ['南字第01234567号']), true);
  assert.equal(containsHolderCode('ABC-1', ['abc 1']), true);
});

test('a serial without holder code is free', () => {
  assert.equal(containsHolderCode('20230000403', ['11010519491231002X', '91310000MA7CX0HM9U']), false);
  assert.equal(containsHolderCode('20230000403', []), false);
  assert.equal(containsHolderCode('20230000403', ['证']), false, 'nothing comparable in the code');
});

test('random serials are serials and differ', () => {
  const serials = Array.from({ length: 1000 }, () => randomSerial(randomBytes));
  for (const serial of serials) assert.match(serial, /^[0-9A-Z]{20}$/);
  assert.equal(new Set(serials).size, 1000);
});

test('every character is equally likely: each fair byte counts once, the rest is thrown away', () => {
  let next = 0;
  const counts = new Map<string, number>();
  // 63 serials take 1,260 characters: five rounds of the 252 fair bytes, 35 of each character.
  for (let i = 0; i < 63; i++) {
    const serial = randomSerial((size) => Uint8Array.from({ length: size }, () => next++ % 256));
    for (const char of serial) counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  assert.equal(counts.size, 36);
  assert.deepEqual(new Set(counts.values()), new Set([35]));
});

test('a random source that runs dry is an error', () => {
  assert.throws(() => randomSerial(() => new Uint8Array(0)), RangeError);
});
