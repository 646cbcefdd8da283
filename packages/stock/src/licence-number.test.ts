import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCreditCode, isResidentNumber } from '@lianzheng/identifier';
import { numberingOf } from './licence-number.ts';

const type = {
  code: '11440300MB2C9876XE001',
  name: '许可证',
  holderKinds: ['999'],
  minHolders: 1,
  maxHolders: 1,
  items: [],
  validity: { kind: 'LONG_TERM' },
} as const;
const numbering = (pattern: string, seed: string) => numberingOf(type, pattern, seed);

const PATTERNS = [
  '[0-9]{8}',
  '^粤\\(20[0-2][0-9]\\)第[0-9]{7}号$',
  '^JY[1-3][0-9]{6}$',
  '^[A-HJ-NP-Z]{2}-[0-9]{4,6}$',
  '^粤食药监〔[0-9]{4}〕\\.[-0-9X_]{5}$',
  '^[一-龥]{2,4}[0-9A-Z]{9}[a]$',
];

test('numbers match their pattern and differ', () => {
  for (const pattern of PATTERNS) {
    const numbers = numbering(pattern, 'seed');
    const made = Array.from({ length: 3000 }, (_, index) => numbers.at(index).text);
    for (const number of made) assert.match(number, new RegExp(`^(?:${pattern})$`, 'u'));
    assert.equal(new Set(made).size, 3000, pattern);
  }
});

test('all numbers of a small pattern are used once before the first comes again', () => {
  const numbers = numbering('[A-C]-[01][0-9]', 'seed');
  assert.equal(numbers.capacity, 60);
  const made = Array.from({ length: 60 }, (_, index) => numbers.at(index).text);
  assert.equal(new Set(made).size, 60);
  assert.equal(numbers.at(60).text, made[0]);
});

test('the seed chooses where the numbers begin', () => {
  assert.notEqual(numbering('[0-9]{12}', 'a').at(0).text, numbering('[0-9]{12}', 'b').at(0).text);
});

test('Chinese characters are few and common', () => {
  assert.match(
    numbering('粤\\(2023\\)[一-龥]{2,4}市第[0-9]{7}号', 'seed').at(0).text,
    /^粤\(2023\)[禾渡岑栖汀岚沁榆霁澹蔚鹭砚溪麓澜]{2}市第\d{7}号$/,
  );
});

test('a pattern made for holder codes is filled with them', () => {
  const cases = [
    ['111', '^[1-9][0-9]{16}[0-9X]$', '', isResidentNumber],
    ['111', '^[1-9][0-9]{16}[0-9X][1-7][1-4]$', '43', isResidentNumber],
    ['001', '^9[1-3][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$', '', isCreditCode],
    ['001', '^9[1-3][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}[0-9]{3}[A-Z]$', '001P', isCreditCode],
  ] as const;
  for (const [kind, pattern, suffix, isValid] of cases) {
    const numbers = numberingOf({ ...type, holderKinds: [kind] }, pattern, 'seed');
    const made = Array.from({ length: 5000 }, (_, index) => numbers.at(index));
    for (const { text, holder } of made) {
      assert.equal(text, holder!.code + suffix);
      assert.equal(holder!.kind, kind);
      assert.ok(isValid(holder!.code), holder!.code);
    }
    assert.equal(new Set(made.map(({ text }) => text)).size, 5000);
  }
  const digitsOnly = numberingOf({ ...type, holderKinds: ['111'] }, '^44[0-9]{16}$', 'seed');
  assert.equal(digitsOnly.at(0).holder, undefined);
});

test('stepping through a code space meets no code twice', () => {
  for (const [kind, pattern] of [
    ['111', '[0-9]{17}[0-9X]'],
    ['001', '[0-9A-Z]{18}'],
  ] as const) {
    const { capacity } = numberingOf({ ...type, holderKinds: [kind] }, pattern, 'seed');
    assert.equal(capacity, kind === '111' ? 21 * 20_000 * 995 : 21 * 31 * 31 * 10_000);
    assert.notEqual(capacity % 1_000_003, 0);
  }
});

test('patterns that are not understood are refused', () => {
  for (const pattern of ['(?=1)[0-9]', '[^a]', '\\p{Lu}', '([0-9])\\1', '\\d', 'A|B', '.', 'A+', '[0-9]?']) {
    assert.throws(() => numbering(pattern, 'seed'), RangeError, pattern);
  }
});
