import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNumberPattern } from './number-pattern.ts';

const GOOD = [
  '^A$',
  '^粤\\(20[0-9]{2}\\)[一-龥]{2,4}市第[0-9]{7}号$',
  '^[A-HJ-NP-Z]{1,2}-[0-9]{4}$',
  '^〔\\.〕$',
  '^[-A]$',
];

const BAD = [
  ['no pattern', ''],
  ['not anchored', '[0-9]{4}'],
  ['not anchored at its end', '^[0-9]{4}'],
  ['nothing between the anchors', '^$'],
  ['any number of', '^[0-9]+$'],
  ['open repetition', '^[0-9]{1,}$'],
  ['any character', '^.{4}$'],
  ['group', '^(AB){2}$'],
  ['alternatives', '^A|B$'],
  ['look-ahead', '^(?=A)A$'],
  ['named class', '^\\d{4}$'],
  ['negated class', '^[^A]$'],
  ['empty class', '^[]$'],
  ['class backwards', '^[z-a]$'],
  ['repetition backwards', '^A{3,2}$'],
  ['repetition of nothing', '^{2}A$'],
  ['too long', '^[0-9]{65}$'],
  ['too many ways to match', '^[0-9]{1,11}[0-9]{1,11}$'],
] as const;

test('patterns that are taken', () => {
  for (const pattern of GOOD) assert.equal(isNumberPattern(pattern), true, pattern);
});

test('patterns that are refused', () => {
  for (const [why, pattern] of BAD) assert.equal(isNumberPattern(pattern), false, why);
});

test('whatever is taken is a regular expression that matches whole texts of at most 64 characters', () => {
  const part = fc.constantFrom(
    'A',
    '\\(',
    '[0-9]',
    '[一-龥]{2}',
    '[A-Z]{1,3}',
    '.',
    '+',
    '(',
    ')',
    '|',
    '{2}',
    '[z-a]',
    '\\d',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const pattern = `^${parts.join('')}$`;
      fc.pre(isNumberPattern(pattern));
      assert.equal(new RegExp(pattern, 'u').test('0'.repeat(65)), false);
    }),
  );
});
