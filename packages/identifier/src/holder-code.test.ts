import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkCreditCode,
  checkResidentNumber,
  creditCodeCheckCharacter,
  divisionLevel,
  HOLDER_KINDS,
  holderKind,
  isCreditCode,
  isDivisionCode,
  isResidentNumber,
  normaliseHolderCode,
  organisationCodeCheckCharacter,
  residentNumberCheckDigit,
  residentNumberForms,
} from './index.ts';

interface CodeVectors {
  creditCodes: { valid: string[] };
  residentIds: { valid: string[]; invalid: string[] };
}
const vectors: CodeVectors = JSON.parse(
  readFileSync(new URL('../testdata/identifiers.json', import.meta.url), 'utf8'),
);
const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

function outcome(kind: string, code: string): string {
  const check = normaliseHolderCode(kind, code);
  return check.ok ? check.code : `!${check.reason}`;
}

/** Numbers of people born in the 1900s, so that they have a 15-digit form. */
const residentBody = fc
  .tuple(
    fc.constantFrom('110105', '440524', '460003', '830000'),
    fc.date({ min: new Date('1900-01-01'), max: new Date('1999-12-31'), noInvalidDate: true }),
    fc.integer({ min: 1, max: 995 }),
  )
  .map(
    ([division, born, sequence]) =>
      division + born.toISOString().slice(0, 10).replaceAll('-', '') + String(sequence).padStart(3, '0'),
  );

test('published credit codes verify, also their inner organisation code', () => {
  for (const code of vectors.creditCodes.valid) {
    assert.equal(isCreditCode(code), true, code);
    assert.equal(organisationCodeCheckCharacter(code.slice(8, 16)), code[16], code);
  }
});

test('credit codes: every substitution and every swap of neighbours is detected', () => {
  const body = fc
    .tuple(
      fc.integer({ min: 100000, max: 999999 }),
      fc.string({ unit: fc.constantFrom(...CREDIT_ALPHABET), minLength: 9, maxLength: 9 }),
    )
    .map(([division, organisation]) => `91${division}${organisation}`);
  fc.assert(
    fc.property(body, fc.nat(17), fc.integer({ min: 1, max: 30 }), (first17, at, shift) => {
      const code = first17 + creditCodeCheckCharacter(first17);
      assert.ok(isCreditCode(code));
      const other = CREDIT_ALPHABET[(CREDIT_ALPHABET.indexOf(code[at]!) + shift) % 31];
      assert.ok(!isCreditCode(code.slice(0, at) + other + code.slice(at + 1)));
      if (at < 17 && code[at] !== code[at + 1]) {
        assert.ok(!isCreditCode(code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2)));
      }
    }),
  );
});

test('credit codes are tidied, not guessed', () => {
  assert.equal(outcome('001', ' 91310000ma7cx0hm9u\u3000'), '91310000MA7CX0HM9U');
  assert.equal(outcome('001', '９１３１００００ＭＡ７ＣＸ０ＨＭ９Ｕ'), '91310000MA7CX0HM9U');
  assert.equal(outcome('001', '91310000MA7CXOHM9U'), '!form');
  assert.equal(outcome('001', '91310000MA7CX0HM9T'), '!check');
  assert.equal(isCreditCode('91310000ma7cx0hm9u'), false);
  const wrong = checkCreditCode('91310000MA7CX0HM9T');
  assert.ok(!wrong.ok && wrong.message.includes('U') && !wrong.message.includes('MA7CX'));
});

test('the published resident numbers', () => {
  for (const code of vectors.residentIds.valid) assert.equal(isResidentNumber(code), true, code);
  for (const code of vectors.residentIds.invalid) assert.equal(checkResidentNumber(code).ok, false, code);
});

test('a resident number is refused with its reason', () => {
  assert.equal(outcome('111', '1101051949123100'), '!form');
  assert.equal(outcome('111', '110105 19491231002X'), '!form');
  assert.equal(outcome('111', '99010519491231002X'), '!division');
  assert.equal(outcome('111', '11010519490229002X'), '!date');
  assert.equal(outcome('111', '11010500001231002X'), '!date');
  assert.equal(outcome('111', '110105194912310021'), '!check');
  assert.equal(outcome('111', ' １１０１０５１９４９１２３１００２ｘ '), '11010519491231002X');
});

test('leap days exist in leap years only', () => {
  const withDate = (date: string) => `110105${date}002${residentNumberCheckDigit(`110105${date}002`)}`;
  assert.equal(isResidentNumber(withDate('20000229')), true);
  assert.equal(isResidentNumber(withDate('19000229')), false);
});

test('15 digits become 18, and stay so', () => {
  assert.equal(outcome('111', '110105491231002'), '11010519491231002X');
  assert.equal(outcome('111', '110105981231997').slice(0, 10), '1101051898');
  fc.assert(
    fc.property(residentBody, (body) => {
      const code = body + residentNumberCheckDigit(body);
      const once = outcome('111', body.slice(0, 6) + body.slice(8));
      assert.equal(once, code);
      assert.equal(outcome('111', once), once);
      assert.deepEqual(residentNumberForms(once), [code, body, body.slice(0, 6) + body.slice(8)]);
    }),
  );
});

test('resident numbers: every substitution of a digit is detected', () => {
  fc.assert(
    fc.property(residentBody, fc.nat(16), fc.integer({ min: 1, max: 9 }), (body, at, shift) => {
      const changed = body.slice(0, at) + ((Number(body[at]) + shift) % 10) + body.slice(at + 1);
      assert.equal(checkResidentNumber(changed + residentNumberCheckDigit(body)).ok, false);
    }),
  );
});

test('every kind of the annex has a rule; unknown kinds are refused', () => {
  const accepted: Record<string, [string, string][]> = {
    '001': [['11100000000013338w', '11100000000013338W']],
    '099': [['  粤社证字第A12号 ', '粤社证字第A12号']],
    '111': [['11010519491231002x', '11010519491231002X']],
    '114': [['南字第０１２３４５６７号', '南字第01234567号']],
    '115': [['武字第1234567号', '武字第1234567号']],
    '118': [['20011234', '20011234']],
    '119': [['a1234567', 'A1234567']],
    '120': [['文字第7654321号', '文字第7654321号']],
    '122': [['7654321', '7654321']],
    '411': [['de1234567', 'DE1234567']],
    '412': [['SE1234567', 'SE1234567']],
    '413': [['PE1234567', 'PE1234567']],
    '414': [['ek1234567', 'EK1234567']],
    '511': [
      ['01234567', '01234567'],
      ['0123456789（b）', '0123456789B'],
    ],
    '516': [['h01234567', 'H01234567']],
    '999': [['wx-７', 'wx-７']],
  };
  assert.deepEqual(Object.keys(accepted).sort(), HOLDER_KINDS.map((kind) => kind.code).sort());
  for (const [kind, pairs] of Object.entries(accepted)) {
    for (const [given, normal] of pairs) assert.equal(outcome(kind, given), normal);
    assert.equal(outcome(kind, ' \u3000'), '!form', kind);
  }
  assert.equal(outcome('10', 'x'), '!kind');
  assert.equal(holderKind('516')?.class, 'person');
  assert.equal(holderKind('099')?.class, 'organisation');
});

test('free codes must be printable and of bearable length', () => {
  for (const code of ['a\u0000b', 'a\nb', 'a\u200bb', 'a\u202eb', 'a\ud800b', 'a\u2028b', 'x'.repeat(101)]) {
    assert.equal(outcome('099', code), '!form', JSON.stringify(code));
  }
  assert.equal(outcome('999', '𠮷'.repeat(100)), '𠮷'.repeat(100));
  assert.equal(outcome('999', 'e\u0301'), 'e\u0301');
});

test('letters that only upper-case into ASCII are no ASCII', () => {
  assert.equal(outcome('414', 'ß1234567'), '!form');
  assert.equal(outcome('414', 'ſ12345678'), '!form');
});

test('normalising twice changes nothing', () => {
  const kind = fc.constantFrom(...HOLDER_KINDS.map((each) => each.code));
  const code = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'0123456789aHmX（）() 字第号９'), maxLength: 18 }),
  );
  fc.assert(
    fc.property(kind, code, (someKind, someCode) => {
      const once = normaliseHolderCode(someKind, someCode);
      if (once.ok) assert.deepEqual(normaliseHolderCode(someKind, once.code), once);
    }),
    { numRuns: 3000 },
  );
});

test('division codes', () => {
  assert.deepEqual(['440000', '440300', '440305', '460003'].map(divisionLevel), [
    'province',
    'city',
    'county',
    'county',
  ]);
  for (const code of ['000000', '480000', '44030', '4403050', '44030５', '830000']) {
    assert.equal(isDivisionCode(code), false, code);
    assert.equal(divisionLevel(code), undefined);
  }
});
