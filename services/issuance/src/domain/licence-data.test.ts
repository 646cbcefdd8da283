import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FaceItemType,
  LicenceCategory,
  LicenceType,
  SerialRule,
  ValidityKind,
} from '@lianzheng/proto/catalog/v1/objects';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import fc from 'fast-check';
import { checkLicenceData } from './licence-data.ts';
import { chooseSerial } from './licence-number.ts';
import type { Violation } from './violation.ts';

const item = (key: string, type: FaceItemType, more: object = {}) => ({
  key,
  name: key,
  type,
  maxLength: 0,
  required: false,
  sensitive: false,
  shown: true,
  values: [],
  ...more,
});

const type: LicenceType = {
  ...LicenceType.decode(new Uint8Array()),
  code: '11440000YH0000026K003',
  name: '食品经营许可证',
  category: LicenceCategory.CERTIFICATE,
  holderKinds: ['001', '111'],
  minHolders: 1,
  maxHolders: 2,
  items: [
    item('text', FaceItemType.TEXT, { required: true, maxLength: 4 }),
    item('lines', FaceItemType.LONG_TEXT),
    item('day', FaceItemType.DATE),
    item('number', FaceItemType.NUMBER),
    item('code', FaceItemType.CODE, { values: ['甲', '乙'] }),
    item('credit', FaceItemType.CREDIT_CODE),
    item('resident', FaceItemType.RESIDENT_ID),
  ],
  forms: ['ORIGINAL', 'DUPLICATE'],
  validity: { kind: ValidityKind.TERM, months: 12 },
  serialRule: SerialRule.LICENCE_NUMBER,
  licenceNumberPattern: '[A-Z]{2}[0-9]{3}',
};

const good: LicenceData = {
  typeCode: type.code,
  licenceNumber: 'JY001',
  issuedOn: '2026-03-01',
  validFrom: '2026-03-01',
  validTo: '2027-02-28',
  holders: [{ name: '张三', codeKind: '111', code: '11010519491231002x' }],
  items: { text: '值' },
  printedForms: [],
};

function faultsOf(changes: Partial<LicenceData>, of: LicenceType = type): Violation[] {
  const faults: Violation[] = [];
  checkLicenceData('', { ...good, ...changes }, of, faults);
  return faults;
}
const fieldsOf = (changes: Partial<LicenceData>, of?: LicenceType) =>
  faultsOf(changes, of).map(({ field }) => field);

test('good data comes back in normal form', () => {
  const faults: Violation[] = [];
  const data = { ...good, items: { text: '值', lines: 'a\nb', code: '', resident: '110105491231002' } };
  const checked = checkLicenceData('', data, type, faults);
  assert.deepEqual(faults, []);
  assert.equal(checked.holders[0]!.code, '11010519491231002X');
  assert.deepEqual(checked.items, { text: '值', lines: 'a\nb', resident: '11010519491231002X' });
});

test('each wrong value names its field', () => {
  const table: [Partial<LicenceData>, string[]][] = [
    [{ licenceNumber: 'jy001' }, ['licence_number']],
    [{ licenceNumber: ' JY001' }, ['licence_number']],
    [{ licenceNumber: 'x'.repeat(101) }, ['licence_number']],
    [{ issuedOn: '2026-02-30' }, ['issued_on']],
    [{ issuedOn: '1899-12-31' }, ['issued_on']],
    [{ validFrom: '' }, ['valid_from']],
    [{ validFrom: '2201-01-01', validTo: '2026/01/01' }, ['valid_from', 'valid_to']],
    [{ validTo: '' }, ['valid_to']],
    [{ validTo: '2026-02-28' }, ['valid_to']],
    [{ validTo: '2027-03-02' }, ['valid_to']],
    [{ holders: [] }, ['holders']],
    [
      { holders: [1, 2, 3].map((n) => ({ name: `${n}`, codeKind: '001', code: '' })) },
      ['holders', 'holders[0].code', 'holders[1].code', 'holders[2].code'],
    ],
    [{ holders: [{ ...good.holders[0]!, codeKind: '414' }] }, ['holders[0].code_kind', 'holders[0].code']],
    [{ holders: [{ ...good.holders[0]!, code: '110105194912310021' }] }, ['holders[0].code']],
    [{ holders: [good.holders[0]!, good.holders[0]!] }, ['holders[1].code']],
    [{ holders: [{ ...good.holders[0]!, name: '张\u0000三' }] }, ['holders[0].name']],
    [{ items: {} }, ['items.text']],
    [{ items: { text: '𠮷𠮷𠮷𠮷' } }, []],
    [{ items: { text: '五个字太长' } }, ['items.text']],
    [{ items: { text: 'a\nb' } }, ['items.text']],
    [{ items: { text: 'a\u202eb' } }, ['items.text']],
    [{ items: { text: 'a\ud842' } }, ['items.text']],
    [{ items: { text: '值', day: '2023-02-29' } }, ['items.day']],
    [{ items: { text: '值', number: '1e5' } }, ['items.number']],
    [{ items: { text: '值', number: '1,200' } }, ['items.number']],
    [{ items: { text: '值', number: '-12.50' } }, []],
    [{ items: { text: '值', code: '丙' } }, ['items.code']],
    [{ items: { text: '值', credit: '91310000MA7CX0HM9X' } }, ['items.credit']],
    [{ items: { text: '值', colour: '红' } }, ['items.colour']],
    [{ printedForms: [{ form: 'ORIGINAL', formNumber: '' }] }, ['printed_forms[0].form_number']],
    [{ printedForms: [{ form: 'POSTER', formNumber: '1' }] }, ['printed_forms[0].form']],
    [
      { printedForms: ['1', '2'].map((formNumber) => ({ form: 'ORIGINAL', formNumber })) },
      ['printed_forms[1].form'],
    ],
  ];
  for (const [changes, fields] of table) assert.deepEqual(fieldsOf(changes), fields, JSON.stringify(changes));
});

test('validity by the rule of the type', () => {
  const longTerm = { ...type, validity: { kind: ValidityKind.LONG_TERM, months: 0 } };
  assert.deepEqual(fieldsOf({}, longTerm), ['valid_to']);
  assert.deepEqual(fieldsOf({ validTo: '' }, longTerm), []);
  const either = { ...type, validity: { kind: ValidityKind.EITHER, months: 0 } };
  for (const validTo of ['', '2099-01-01']) assert.deepEqual(fieldsOf({ validTo }, either), []);
  assert.deepEqual(fieldsOf({ validTo: '2027-03-01' }), []);
});

test('of an unknown type everything that does not depend on it is still checked', () => {
  const faults: Violation[] = [];
  checkLicenceData('', { ...good, issuedOn: 'x', holders: [] }, undefined, faults);
  assert.deepEqual(faults.map(({ field }) => field).sort(), ['holders', 'issued_on', 'type_code']);
});

test('data beyond 40 KiB are refused', () => {
  const large = { ...type, items: [item('text', FaceItemType.LONG_TEXT, { maxLength: 50_000 })] };
  assert.deepEqual(fieldsOf({ items: { text: 'x'.repeat(41_000) } }, large), ['']);
});

test('whatever is sent, faults are told and values are not', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const anyData = fc.record({
    typeCode: text,
    licenceNumber: text,
    issuedOn: text,
    validFrom: text,
    validTo: text,
    holders: fc.array(fc.record({ name: text, codeKind: text, code: text }), { maxLength: 4 }),
    items: fc.dictionary(text, text, { noNullPrototype: true }),
    printedForms: fc.array(fc.record({ form: text, formNumber: text }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(anyData, (data) => {
      for (const { field, description } of faultsOf(data)) {
        assert.match(field, /^[a-z_]+(\[\d+\])?(\.[0-9A-Za-z_?-]{0,40})?$/);
        assert.match(description, / \/ /);
        for (const { code } of data.holders) assert.ok(code.length < 4 || !description.includes(code));
      }
    }),
  );
});

test('the serial is the licence number, unless it gives a holder away', () => {
  const random = (size: number) => new Uint8Array(size);
  const serial = (number: string, code: string) =>
    chooseSerial(type, number, [{ name: '', codeKind: '111', code }], random);
  assert.equal(serial('JY001', '11010519491231002X'), 'JY001');
  assert.equal(serial('粤JY001号', '11010519491231002X'), '0'.repeat(20));
  assert.equal(serial('11010519491231002X', '11010519491231002X'), '0'.repeat(20));
  assert.equal(serial('A110105491231002', '11010519491231002X'), '0'.repeat(20));
  const drawn = chooseSerial({ ...type, serialRule: SerialRule.RANDOM }, 'JY001', [], random);
  assert.equal(drawn, '0'.repeat(20));
});
