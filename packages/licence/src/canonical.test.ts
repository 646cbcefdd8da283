import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CanonicalLicence, canonicalLicence, readCanonicalLicence } from './index.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const licences: fc.Arbitrary<CanonicalLicence> = fc.record({
  identifier: text,
  typeName: text,
  issuerCode: text,
  issuerName: text,
  replaces: fc.array(text, { maxLength: 2 }),
  salt: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
  data: fc.record({
    typeCode: text,
    licenceNumber: text,
    issuedOn: text,
    validFrom: text,
    validTo: text,
    holders: fc.array(fc.record({ name: text, codeKind: text, code: text }), { maxLength: 3 }),
    items: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9]{0,9}$/), text, { noNullPrototype: true }),
    printedForms: fc.array(fc.record({ form: text, formNumber: text }), { maxLength: 2 }),
  }),
});

test('the canonical form is read back whole', () => {
  fc.assert(
    fc.property(licences, (licence) => {
      const read = readCanonicalLicence(canonicalLicence(licence));
      assert.deepEqual({ ...read, salt: [...read.salt] }, { ...plain(licence), salt: [...licence.salt] });
    }),
  );
});

test('the order of the items does not matter, everything else does', () => {
  fc.assert(
    fc.property(licences, (licence) => {
      const items = Object.fromEntries(Object.entries(licence.data.items).reverse());
      const same = canonicalLicence({ ...licence, data: { ...licence.data, items } });
      assert.deepEqual(same, canonicalLicence(licence));
      const other = { ...licence, salt: licence.salt.map((byte) => byte ^ 1) };
      assert.notDeepEqual(canonicalLicence(other), same);
    }),
  );
});

test('RFC 8785: sorted keys, no space, characters as they are', () => {
  const licence = {
    identifier: 'id',
    typeName: '营业执照',
    issuerCode: 'c',
    issuerName: '𠮷',
    replaces: [],
    salt: Buffer.alloc(16),
    data: {
      typeCode: 't',
      licenceNumber: '粤(2023)第1号',
      issuedOn: '2025-01-01',
      validFrom: '2025-01-01',
      validTo: '',
      holders: [{ name: '张三', codeKind: '111', code: '11010519491231002X' }],
      items: { b: '2', a: '1' },
      printedForms: [{ form: 'ORIGINAL', formNumber: 'Y1' }],
    },
  };
  assert.equal(
    canonicalLicence(licence).toString(),
    '{"CZZT":[{"CZZT":"张三","CZZTDM":"11010519491231002X","CZZTDMLXDM":"111"}],"KZ":{"a":"1","b":"2"},' +
      '"ZZBFJG":"𠮷","ZZBFJGDM":"c","ZZBFRQ":"2025-01-01","ZZBH":"粤(2023)第1号","ZZBS":"id","ZZLXDM":"t",' +
      '"ZZMC":"营业执照","ZZYXQJZRQ":"","ZZYXQQSRQ":"2025-01-01",' +
      '"forms":[{"form":"ORIGINAL","formNumber":"Y1"}],"replaces":[],"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
  );
});

test('a lone surrogate has no canonical form', () => {
  const [licence] = fc.sample(licences, 1);
  assert.throws(() => canonicalLicence({ ...licence!, typeName: 'a\ud842' }));
});

function plain(licence: CanonicalLicence): CanonicalLicence {
  return JSON.parse(JSON.stringify(licence), (key, value) => (key === 'salt' ? licence.salt : value));
}
