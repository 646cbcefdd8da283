import {
  FaceItemType,
  LicenceCategory,
  type LicenceType,
  SerialRule,
  ValidityKind,
} from '@lianzheng/proto/catalog/v1/objects';

/** A sound type that the department defines and supplies. */
export function licenceType(authority: string, number = '901', name = '示范证'): LicenceType {
  return {
    code: `${authority}${number}`,
    name,
    englishName: 'sample licence',
    category: LicenceCategory.CERTIFICATE,
    definingAuthorityCode: authority,
    definingAuthorityName: '海岑市issuing局',
    supplyingDepartmentCode: authority,
    collectionRule: '办结当日采集。',
    holderKinds: ['001', '111'],
    minHolders: 1,
    maxHolders: 2,
    items: [
      item('sampleText', '示例文字', FaceItemType.TEXT, { maxLength: 40 }),
      item('sampleCode', '示例代码', FaceItemType.CODE, { values: ['甲', '乙'] }),
    ],
    forms: ['ORIGINAL', 'DUPLICATE'],
    validity: { kind: ValidityKind.TERM, months: 60 },
    serialRule: SerialRule.RANDOM,
    licenceNumberPattern: '^SF[0-9]{8}$',
    templateName: 'sample-v1',
    sealNames: ['业务专用章'],
    issuingDepartmentCodes: [authority],
  };
}

function item(
  key: string,
  name: string,
  type: FaceItemType,
  { maxLength = 0, values = [] }: { maxLength?: number; values?: string[] } = {},
): LicenceType['items'][number] {
  return { key, name, type, maxLength, required: true, sensitive: false, shown: true, values };
}
