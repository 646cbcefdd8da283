import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Catalogue, readCatalogue } from '@lianzheng/deploy-catalogue';
import { containsHolderCode, serialFrom } from '@lianzheng/identifier';
import {
  DepartmentRole,
  FaceItemType,
  LicenceCategory,
  type LicenceType,
  SerialRule,
  ValidityKind,
} from '@lianzheng/proto/catalog/v1/objects';
import { generateStock, stockType } from '@lianzheng/stock';

const catalogue = await readCatalogue();
const types = all(catalogue, 'licenceTypes');

function all<K extends 'departments' | 'licenceTypes' | 'matters' | 'issuerAssignments'>(
  from: Catalogue,
  kind: K,
): Catalogue['nodes'][number][K][number][] {
  return from.nodes.flatMap((node) => [...(node[kind] as readonly Catalogue['nodes'][number][K][number][])]);
}

function typeNamed(name: string): LicenceType {
  const found = types.find((type) => type.name === name);
  assert.ok(found, name);
  return found;
}

test('the catalogue holds what the demo needs', () => {
  assert.deepEqual(
    catalogue.nodes.map(({ node }) => node),
    ['440000', '440100', '440300'],
  );
  assert.ok(types.length >= 16);
  assert.equal(all(catalogue, 'matters').length, 24);
  assert.equal(all(catalogue, 'departments').length, 12);
  for (const { node, departments, matters, useAuthorisations } of catalogue.nodes) {
    assert.equal(departments.length, 4, node);
    assert.ok(matters.length > 0 && useAuthorisations.length > 0, node);
    for (const role of [DepartmentRole.MANAGING, DepartmentRole.ISSUING, DepartmentRole.USING]) {
      assert.ok(
        departments.some(({ roles }) => roles.includes(role)),
        `${node} ${role}`,
      );
    }
  }
  const [province, ...cities] = catalogue.nodes;
  assert.ok(province!.issuerAssignments.length > 0);
  for (const { issuerAssignments, licenceTypes } of cities) {
    assert.equal(issuerAssignments.length, 0);
    assert.ok(licenceTypes.length > 0, 'a city has a type of its own');
  }
});

test('the named types are there, with their holders', () => {
  const holders = (name: string) => {
    const { holderKinds, minHolders, maxHolders } = typeNamed(name);
    return [holderKinds[0], minHolders, maxHolders];
  };
  assert.deepEqual(holders('营业执照'), ['001', 1, 1]);
  assert.deepEqual(holders('居住证'), ['111', 1, 1]);
  assert.deepEqual(holders('出生医学证明'), ['111', 1, 2]);
  assert.deepEqual(holders('结婚证'), ['111', 2, 2]);
  assert.deepEqual(holders('不动产权证书'), ['111', 1, 20]);
  assert.deepEqual(holders('食品经营许可证'), ['001', 1, 1]);
  assert.deepEqual(holders('道路运输经营许可证'), ['001', 1, 1]);
  assert.deepEqual(holders('建筑工程施工许可证'), ['001', 1, 1]);
});

test('faces are read as the proto says them', () => {
  const { items, validity, category, serialRule, forms } = typeNamed('食品经营许可证');
  assert.deepEqual(
    items.find(({ key }) => key === 'businessType'),
    {
      key: 'businessType',
      name: '主体业态',
      type: FaceItemType.CODE,
      maxLength: 0,
      required: true,
      sensitive: false,
      shown: true,
      values: ['食品销售经营者', '餐饮服务经营者', '集中用餐单位食堂'],
    },
  );
  assert.deepEqual(validity, { kind: ValidityKind.TERM, months: 60 });
  assert.equal(category, LicenceCategory.CERTIFICATE);
  assert.equal(serialRule, SerialRule.LICENCE_NUMBER);
  assert.deepEqual(forms, ['ORIGINAL', 'DUPLICATE']);
});

test('every category, item type and rule of validity occurs', () => {
  const missing = (values: object, found: number[]) =>
    Object.values(values).filter((value: number) => value !== 0 && !found.includes(value));
  assert.deepEqual(
    missing(
      LicenceCategory,
      types.map(({ category }) => category),
    ),
    [],
  );
  assert.deepEqual(
    missing(
      FaceItemType,
      types.flatMap(({ items }) => items.map(({ type }) => type)),
    ),
    [],
  );
  assert.deepEqual(
    missing(
      ValidityKind,
      types.map(({ validity }) => validity!.kind),
    ),
    [],
  );
});

/** As they stand on paper, with invented places; one for each type. */
const EXAMPLE_NUMBERS: Record<string, string> = {
  营业执照: '91440199MAAA0001XA',
  食品生产许可证: 'SC10644010600123',
  食品经营许可证: 'JY14401060012345',
  药品经营许可证: '粤BA0200123',
  特种设备检验报告: 'TZ440100DT20230012',
  居民身份证: '44019919900101001X',
  居民户口簿: '012345678',
  居住证: 'J44010620230000123',
  出生医学证明: 'T440123456',
  结婚证: 'J440106-2023-001234',
  离婚证: 'L440106-2023-001234',
  社会保障卡: 'A12345678',
  残疾人证: '44019919900101001X43',
  医疗机构执业许可证: 'PDY00035644010619D1202',
  公共场所卫生许可证: '粤卫公证字〔2023〕第0106A00123号',
  民办学校办学许可证: '教民144010670001230号',
  教师资格证书: '20234401112000123',
  普通高等学校毕业证书: '105581202305001234',
  专业技术人员职业资格证书: '202309440010000001234',
  律师执业证: '14401201010123456',
  不动产权证书: '粤(2023)云渡市不动产权第0012345号',
  不动产登记证明: '粤(2023)海岑市不动产证明第0012345号',
  机动车驾驶证: '440199199001010019',
  机动车行驶证: '粤AD12345',
  道路运输经营许可证: '粤交运管许可渡字440100012345号',
  道路运输证: '粤交运管渡字440100012345号',
  建筑工程施工许可证: '440106202301100101',
  房屋建筑工程竣工验收备案表: 'JG44010620230012',
  建设项目环境影响报告书批复: '云环审〔2023〕12号',
  排污许可证: '91440199MAAA0001XA001V',
  取水许可证: 'D440106S2023-0001',
  住房公积金缴存证明: 'GJJ202300001234',
  蓝帆人才卡: 'LF2023000012',
};

test('patterns match a number as it stands on paper, whole', () => {
  assert.deepEqual(new Set(Object.keys(EXAMPLE_NUMBERS)), new Set(types.map(({ name }) => name)));
  for (const { name, licenceNumberPattern } of types) {
    const number = EXAMPLE_NUMBERS[name]!;
    assert.match(number, new RegExp(licenceNumberPattern, 'u'), name);
    assert.doesNotMatch(`${number}0000000`, new RegExp(licenceNumberPattern, 'u'), name);
    assert.doesNotMatch(` ${number}`, new RegExp(licenceNumberPattern, 'u'), name);
  }
});

test('stock can be made of every type, its numbers match, and serials give no holder away', () => {
  const { code, name } = all(catalogue, 'departments').find(({ roles }) =>
    roles.includes(DepartmentRole.ISSUING),
  )!;
  for (const type of types) {
    const rows = [...generateStock({ type: stockType(type), issuer: { code, name }, count: 100, seed: '1' })];
    assert.equal(new Set(rows.map(({ values }) => values.ZZBH)).size, 100, type.name);
    for (const { values } of rows) {
      const number = String(values.ZZBH);
      assert.match(number, new RegExp(type.licenceNumberPattern, 'u'), type.name);
      if (type.serialRule === SerialRule.LICENCE_NUMBER) {
        assert.equal(serialFrom(number), number, type.name);
        assert.ok(!containsHolderCode(number, values.CZZTDM as string[]), type.name);
      }
    }
  }
});
