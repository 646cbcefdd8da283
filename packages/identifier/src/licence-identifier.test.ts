import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkCharacter,
  formatIdentifier,
  IdentifierError,
  type IdentifierParts,
  isIdentifier,
  parseIdentifier,
} from './index.ts';

const vectors: { valid: string[]; invalid: { id: string; why: string }[] } = JSON.parse(
  readFileSync(new URL('../testdata/identifiers.json', import.meta.url), 'utf8'),
);
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const sample = vectors.valid[0]!;

const text = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...ALPHABET), minLength, maxLength });
const parts: fc.Arbitrary<IdentifierParts> = fc.record(
  {
    typeCode: fc
      .tuple(text(18, 18), fc.integer({ min: 0, max: 999 }))
      .map(([authority, number]) => authority + String(number).padStart(3, '0')),
    issuerCode: text(6, 18),
    serial: text(1, 64),
    version: fc.integer({ min: 1, max: 999 }),
  },
  { noNullPrototype: true },
);

function faultOf(run: () => unknown): IdentifierError {
  try {
    run();
  } catch (error) {
    if (error instanceof IdentifierError) return error;
    throw error;
  }
  return assert.fail('accepted');
}

test('the published identifiers are accepted', () => {
  for (const id of vectors.valid) {
    const { id: parsed, ...rest } = parseIdentifier(id);
    assert.equal(parsed, id);
    assert.equal(formatIdentifier(rest), id);
  }
});

test('the invalid vectors are refused', () => {
  for (const { id, why } of vectors.invalid) assert.equal(isIdentifier(id), false, why);
});

test('a fault is named with its position', () => {
  const wrong: [string, string, number][] = [
    ['', 'root', 1],
    ['1.2.156.3006.2.A', 'root', 12],
    ['1.2.156.3005.2.A.B', 'segments', 16],
    [sample.replace('W011.', 'W01A.'), 'type', 16],
    [sample.replace('11430000006122244L', '11430000006122-44L'), 'issuer', 52],
    [sample.replace('20230000403', ''), 'serial', 57],
    [sample.replace('.001.', '.000.'), 'version', 69],
    [sample.replace('.001.', '.01.'), 'version', 69],
    [sample.slice(0, -1), 'check', 73],
    [`${sample}\n`, 'check', 74],
    [`${sample.slice(0, -1)}V`, 'check', 73],
  ];
  for (const [id, reason, position] of wrong) {
    const error = faultOf(() => parseIdentifier(id));
    assert.deepEqual([error.reason, error.position], [reason, position], JSON.stringify(id));
  }
});

test('a wrong check character tells the right one and not the identifier', () => {
  const { message } = faultOf(() => parseIdentifier(`${sample.slice(0, -1)}V`));
  assert.match(message, /should be U$/);
  assert.ok(!message.includes('20230000403'));
});

test('parts of wrong form are not put together', () => {
  const good = { typeCode: '11100000000013338W011', issuerCode: '340100', serial: '1', version: 1 };
  assert.equal(faultOf(() => formatIdentifier({ ...good, version: 0 })).reason, 'version');
  assert.equal(faultOf(() => formatIdentifier({ ...good, version: 1000 })).reason, 'version');
  assert.equal(faultOf(() => formatIdentifier({ ...good, version: 1.5 })).reason, 'version');
  assert.equal(faultOf(() => formatIdentifier({ ...good, serial: 'A.B' })).reason, 'serial');
  assert.equal(faultOf(() => formatIdentifier({ ...good, serial: 'A'.repeat(65) })).reason, 'serial');
  assert.equal(faultOf(() => formatIdentifier({ ...good, issuerCode: '3401' })).reason, 'issuer');
});

test('what was formatted parses to the same parts', () => {
  fc.assert(
    fc.property(parts, (given) => {
      const { id, ...found } = parseIdentifier(formatIdentifier(given));
      assert.deepEqual(found, given);
      assert.ok(id.length <= 126);
    }),
  );
});

test('every substitution of one character is detected', () => {
  fc.assert(
    fc.property(text(1, 110), fc.nat(), fc.integer({ min: 1, max: 35 }), (body, at, shift) => {
      const whole = body + checkCharacter(body);
      const index = at % whole.length;
      const other = ALPHABET[(ALPHABET.indexOf(whole[index]!) + shift) % 36];
      const changed = whole.slice(0, index) + other + whole.slice(index + 1);
      assert.notEqual(checkCharacter(changed.slice(0, -1)), changed.at(-1));
    }),
  );
});

/** The running value before the character at `index`, 1 to 36, written independently of the code under test. */
function runningValue(body: string, index: number): number {
  let p = 36;
  for (const char of body.slice(0, index)) {
    p = (p + ALPHABET.indexOf(char)) % 36;
    p = ((p === 0 ? 36 : p) * 2) % 37;
  }
  return p;
}

test('neighbours swapped are missed only when the running value takes them to 18 and 19', () => {
  fc.assert(
    fc.property(text(0, 40), fc.nat(35), fc.nat(35), fc.boolean(), (head, first, distance, close) => {
      const second = (first + (close ? 1 : distance)) % 36;
      fc.pre(first !== second);
      const pair = ALPHABET[first]! + ALPHABET[second]!;
      const running = runningValue(head, head.length);
      const sums = [(running + first) % 36, (running + second) % 36].sort((a, b) => a - b);
      const missed = checkCharacter(head + pair) === checkCharacter(head + pair[1] + pair[0]);
      assert.equal(missed, sums[0] === 18 && sums[1] === 19);
    }),
    { numRuns: 2000 },
  );
});

test('such a missed swap exists: IJ at the beginning', () => {
  assert.notEqual(checkCharacter('01'), checkCharacter('10'));
  assert.equal(checkCharacter('IJ'), checkCharacter('JI'));
});

test('a body with other characters is a programming error', () => {
  assert.throws(() => checkCharacter('AB.C'), RangeError);
  assert.throws(() => checkCharacter('ab'), RangeError);
});
