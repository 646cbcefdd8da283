import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numbering } from './licence-number.ts';

const PATTERNS = [
  '\\d{8}',
  '^粤\\(20[0-2]\\d\\)第[0-9]{7}号$',
  '^(JY|XK)[1-3]\\d{6}$',
  '^[A-HJ-NP-Z]{2}-?\\d{4,6}$',
  '^粤(?:深|穗)食药监\\u{5B57}〔\\d{4}〕[\\d\\-X]{5}$',
  '^[一-龥]{2}\\w+$',
];

test('numbers match their pattern and differ', () => {
  for (const pattern of PATTERNS) {
    const numbers = numbering(pattern, 'seed');
    const made = Array.from({ length: 3000 }, (_, index) => numbers.at(index));
    for (const number of made) assert.match(number, new RegExp(`^(?:${pattern})$`, 'u'));
    assert.equal(new Set(made).size, 3000, pattern);
  }
});

test('all numbers of a small pattern are used once before the first comes again', () => {
  const numbers = numbering('[A-C]-[01]\\d', 'seed');
  assert.equal(numbers.capacity, 60);
  const made = Array.from({ length: 60 }, (_, index) => numbers.at(index));
  assert.equal(new Set(made).size, 60);
  assert.equal(numbers.at(60), made[0]);
});

test('the seed chooses where the numbers begin', () => {
  assert.notEqual(numbering('\\d{12}', 'a').at(0), numbering('\\d{12}', 'b').at(0));
});

test('patterns that are not understood are refused', () => {
  for (const pattern of ['(?=1)\\d', '[^a]', '\\p{Han}', '(\\d)\\1', '\\s', '(?<year>\\d)']) {
    assert.throws(() => numbering(pattern, 'seed'), RangeError, pattern);
  }
});
