import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { CatalogueError } from '@lianzheng/deploy-catalogue';
import { type Draft, NODES, problemsAfter } from './broken.ts';

type Json = Record<string, unknown>;
type Row = { typeCode: string };

const TYPE = '440000/types/food-business-licence.json';
const MATTER = '440000/matters/food-business-renewal.json';
const OWN_MATTER = '440300/matters/restaurant-in-one-go.json';
const CENTRE = '440100/departments/service-centre.json';
const MARKET = '440100/departments/market-regulation.json';
const AUTHORISATIONS = '440300/authorisations/market-regulation.json';
const ISSUER = '440000/issuers/440100-market-regulation.json';

const MARKET_CODE = '11440000YH0000026K';
const CENTRE_CODE = '11440100YH0001045Y';

/** `file: path: found`, with the English part of what was expected, of a copy spoilt so. */
async function found(spoil: (draft: Draft) => Promise<void>): Promise<string[]> {
  const problems = await problemsAfter(spoil);
  return problems.map(
    ({ file, path, found, expected }) => `${file}: ${path}: ${found}: ${expected.split(' / ')[1]}`,
  );
}

/** What is found after fields of a file's object were set. */
const afterSetting = (file: string, fields: Json) =>
  found(({ edit }) => edit(file, (json: Json) => ({ ...json, ...fields })));

const problem = (file: string, path: string, value: unknown, expected: string) =>
  `${file}: ${path}: ${JSON.stringify(value)}: ${expected}`;

test('an untouched copy has no problems', async () => {
  assert.deepEqual(await problemsAfter(async () => {}), []);
});

test('files that are no JSON, or do not belong there', async () => {
  const problems = await found(async ({ write }) => {
    await write(MATTER, Buffer.from([0x22, 0xd6, 0xd0, 0x22]));
    await write('44010/types/x.json', '{}');
    await write('440100/typs/x.json', '{}');
    await write('440100/types/x.txt', '{}');
    await write('440100/types/.x.json.swp', 'left by an editor');
  });
  assert.deepEqual(problems, [
    problem(MATTER, '', 'The encoded data was not valid for encoding utf-8', 'JSON in UTF-8'),
    problem('44010', '', '44010', 'a folder named by a division code'),
    problem('440100/types/x.txt', '', 'x.txt', 'a .json file'),
    problem('440100/typs', '', 'typs', 'the folders departments, types, matters, authorisations, issuers'),
  ]);
});

test('JSON that is cut off says where; a byte order mark is no problem', async () => {
  const [first, ...others] = await found(({ write }) => write(MATTER, '{ "code": '));
  assert.match(
    first!,
    /^440000\/matters\/food-business-renewal\.json: : "Unexpected end of JSON input": JSON in UTF-8$/,
  );
  assert.deepEqual(others, []);
  const departments =
    '{"code":"11440100YH0001045Y","name":"云渡市政务服务中心","roles":["USING"],"node":"440100"}';
  assert.deepEqual(await found(({ write }) => write(CENTRE, `\ufeff${departments}`)), []);
});

test('every wrong shape of a file is told', async () => {
  const problems = await afterSetting(TYPE, {
    englishname: 'Food',
    category: 'LICENCE',
    minHolders: '1',
    maxHolders: -1,
    name: 7,
    forms: 'ORIGINAL',
    validity: [],
    items: [{ key: 'a', name: '甲', type: 'TEXT', required: 'yes' }, null],
  });
  assert.deepEqual(problems, [
    problem(TYPE, 'name', 7, 'a string'),
    problem(TYPE, 'category', 'LICENCE', 'one of these values'),
    problem(TYPE, 'minHolders', '1', 'a whole number from 0'),
    problem(TYPE, 'maxHolders', -1, 'a whole number from 0'),
    problem(TYPE, 'items[0].required', 'yes', 'true or false'),
    problem(TYPE, 'items[1]', null, 'an object'),
    problem(TYPE, 'forms', 'ORIGINAL', 'an array'),
    problem(TYPE, 'validity', [], 'an object'),
    problem(TYPE, 'englishname', 'englishname', 'one of these fields'),
  ]);
});

test('names of enum values may bear their prefix', async () => {
  assert.deepEqual(
    await afterSetting(TYPE, { category: 'LICENCE_CATEGORY_CERTIFICATE', serialRule: 'SERIAL_RULE_RANDOM' }),
    [],
  );
});

test('a licence type: what its fields mean', async () => {
  assert.deepEqual(
    await afterSetting(TYPE, {
      name: '食品\n经营许可证',
      englishName: '',
      category: undefined,
      definingAuthorityName: '粤禾省市场厅',
      supplyingDepartmentCode: '11440000YH0099996X',
      collectionRule: ' 空格',
      holderKinds: ['001', '222', '001'],
      minHolders: 0,
      maxHolders: 101,
      forms: ['ORIGINAL', 'COPY'],
      validity: { kind: 'EITHER', months: 12 },
      serialRule: undefined,
      licenceNumberPattern: '^JY[0-9]+$',
      sealNames: [],
      issuingDepartmentCodes: [CENTRE_CODE],
    }),
    [
      problem(TYPE, 'name', '食品\n经营许可证', 'one line of text without spaces around it'),
      problem(TYPE, 'englishName', '', 'one line of text without spaces around it'),
      problem(TYPE, 'collectionRule', ' 空格', 'one line of text without spaces around it'),
      problem(TYPE, 'category', '', 'the category'),
      problem(TYPE, 'definingAuthorityName', '粤禾省市场厅', 'the name of that department'),
      problem(
        TYPE,
        'supplyingDepartmentCode',
        '11440000YH0099996X',
        'the code of a department of the catalogue',
      ),
      problem(TYPE, 'issuingDepartmentCodes[0]', CENTRE_CODE, 'a department with this role'),
      problem(TYPE, 'holderKinds[1]', '222', 'a code of GB/T 36903 annex A'),
      problem(TYPE, 'holderKinds[2]', '001', 'a value not yet in the list'),
      problem(TYPE, 'minHolders', 0, 'at least 1'),
      problem(TYPE, 'maxHolders', 101, 'from minHolders to 100'),
      problem(TYPE, 'forms[1]', 'COPY', 'ORIGINAL or DUPLICATE'),
      problem(TYPE, 'sealNames', [], 'at least one'),
      problem(TYPE, 'validity.months', 12, 'months only for TERM'),
      problem(TYPE, 'serialRule', '', 'the rule of the serial'),
      problem(
        TYPE,
        'licenceNumberPattern',
        '^JY[0-9]+$',
        'between ^ and $ only texts, [classes], {n} and {n,m}, at most 64 characters',
      ),
    ],
  );
});

test('a licence type: the items of its face', async () => {
  const items = [
    { key: 'Address', name: '地址', type: 'TEXT' },
    { key: 'scope', name: '地址', type: 'LONG_TEXT', maxLength: 10_001 },
    { key: 'SCOPE', name: '面积', type: 'NUMBER', maxLength: 5 },
    { key: 'kind', name: '类别', type: 'CODE' },
    { key: 'area', name: '', values: ['甲', '甲'] },
  ];
  assert.deepEqual(await afterSetting(TYPE, { items }), [
    problem(TYPE, 'items[0].key', 'Address', 'a name in lower camel case, at most 64 characters'),
    problem(TYPE, 'items[1].maxLength', 10_001, 'at most this'),
    problem(TYPE, 'items[2].key', 'SCOPE', 'a name in lower camel case, at most 64 characters'),
    problem(TYPE, 'items[2].maxLength', 5, 'a length only for TEXT and LONG_TEXT'),
    problem(TYPE, 'items[3].values', [], 'values for CODE and for no other type'),
    problem(TYPE, 'items[4].name', '', 'one line of text without spaces around it'),
    problem(TYPE, 'items[4].type', '', 'the type of the item'),
    problem(TYPE, 'items[4].values', ['甲', '甲'], 'values for CODE and for no other type'),
    problem(TYPE, 'items[4].values[1]', '甲', 'a value not yet in the list'),
    problem(TYPE, 'items[2].key', 'scope', 'a value not yet in the list'),
    problem(TYPE, 'items[1].name', '地址', 'a value not yet in the list'),
  ]);
});

test('a code with a wrong check character', async () => {
  const wrong = '11440000YH0000026L';
  const problems = await afterSetting(TYPE, { definingAuthorityCode: wrong });
  assert.deepEqual(problems, [
    problem(TYPE, 'definingAuthorityCode', wrong, 'a credit code (GB 32100) with its check character'),
    problem(TYPE, 'code', `${MARKET_CODE}003`, 'the code of the defining authority and 3 digits'),
  ]);
});

test('matters: codes, references and authorisation', async () => {
  const unknown = `${MARKET_CODE}999`;
  const problems = await found(async ({ edit }) => {
    await edit(MATTER, (json: { licences: Row[] }) => {
      return {
        ...json,
        code: '44019',
        licences: [...json.licences, json.licences[0], { typeCode: unknown }],
      };
    });
    await edit(OWN_MATTER, (json: Json) => ({ ...json, departmentCode: CENTRE_CODE }));
  });
  assert.deepEqual(problems.slice(0, 3), [
    problem(MATTER, 'code', '44019', 'a basic matter code of 12 digits'),
    problem(MATTER, 'licences[2].typeCode', `${MARKET_CODE}003`, 'a value not yet in the list'),
    problem(MATTER, 'licences[3].typeCode', unknown, 'the code of a licence type of the catalogue'),
  ]);
  assert.deepEqual(problems.slice(3), [
    problem(OWN_MATTER, 'departmentCode', CENTRE_CODE, 'a department of this node'),
    problem(
      OWN_MATTER,
      'code',
      '11440300YH0003024J3442095003000',
      'the code of its department, a digit for the tier, a basic matter code of 12 digits',
    ),
  ]);
});

test('a matter lists only what its department is authorised to use', async () => {
  const withdrawn = `${MARKET_CODE}003`;
  const problems = await found(({ edit }) =>
    edit(AUTHORISATIONS, (rows: Row[]) => rows.filter(({ typeCode }) => typeCode !== withdrawn)),
  );
  assert.deepEqual(problems, [
    problem(
      OWN_MATTER,
      'licences[1].typeCode',
      withdrawn,
      'a type that the department handling it is authorised to use',
    ),
  ]);
});

test('departments, authorisations and assignments', async () => {
  const unknown = '11440000YH0099996X';
  const problems = await found(async ({ edit, write, remove }) => {
    await edit(CENTRE, (json: Json) => ({ ...json, node: '440300', roles: ['USING', 'USING'] }));
    await edit(AUTHORISATIONS, (rows: Row[]) => [
      ...rows,
      rows[0],
      { departmentCode: unknown, typeCode: 'none' },
    ]);
    await remove(ISSUER);
    await write(
      '440300/issuers/x.json',
      JSON.stringify({ issuerCode: MARKET_CODE, node: '440000', fromSequence: '9', toSequence: '9' }),
    );
  });
  const at = (file: string) => problems.filter((text) => text.startsWith(file));
  assert.deepEqual(at(CENTRE), [
    problem(CENTRE, 'roles[1]', 'USING', 'a value not yet in the list'),
    problem(CENTRE, 'node', '440300', 'the folder it stands in'),
  ]);
  assert.deepEqual(at(MARKET), [
    problem(MARKET, 'code', '11440100YH00010299', 'assigned to its node in issuers'),
  ]);
  assert.deepEqual(at(AUTHORISATIONS), [
    problem(AUTHORISATIONS, '[13].departmentCode', unknown, 'the code of a department of the catalogue'),
    problem(AUTHORISATIONS, '[13].typeCode', 'none', 'the code of a licence type of the catalogue'),
    problem(
      AUTHORISATIONS,
      '[12].typeCode',
      '11440300YH0003024J 11440000YH0000026K001',
      'unique, and it stands there already',
    ),
  ]);
  assert.deepEqual(at('440300/issuers'), [
    problem('440300/issuers/x.json', 'toSequence', '9', 'more than fromSequence, or 0 = no end'),
    problem('440300/issuers/x.json', '', '440300', 'all assignments stand in one node'),
  ]);
});

test('keys are unique over all nodes', async () => {
  const copy = '440300/types/food-business-licence.json';
  const problems = await problemsAfter(async ({ write }) => {
    await write(copy, await readFile(path.join(NODES, TYPE)));
  });
  assert.deepEqual(problems, [
    {
      file: copy,
      path: 'code',
      found: `"${MARKET_CODE}003"`,
      expected: `全目录唯一，${TYPE} 中已有 / unique, and it stands there already`,
    },
  ]);
});

test('the message of the error lists every problem', () => {
  const error = new CatalogueError([
    { file: 'a.json', path: 'items[0].key', found: '"A"', expected: '甲 / one' },
  ]);
  assert.equal(
    error.message,
    '目录数据有 1 处问题 / problems in the catalogue\na.json: items[0].key: "A" → 甲 / one',
  );
});
