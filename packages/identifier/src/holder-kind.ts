export type HolderClass = 'organisation' | 'person';

/** A kind of holder code (持证主体代码类型, GB/T 36903 annex A). */
export interface HolderKind {
  readonly code: string;
  readonly name: string;
  readonly class: HolderClass;
}

export const HOLDER_KINDS: readonly HolderKind[] = [
  { code: '001', name: '统一社会信用代码', class: 'organisation' },
  { code: '099', name: '其他法人或其他组织有效证件代码', class: 'organisation' },
  { code: '111', name: '公民身份号码', class: 'person' },
  { code: '114', name: '中国人民解放军军官证编号', class: 'person' },
  { code: '115', name: '中国人民武装警察部队警官证编号', class: 'person' },
  { code: '118', name: '中国人民解放军士兵证编号', class: 'person' },
  { code: '119', name: '中国人民武装警察部队士兵证编号', class: 'person' },
  { code: '120', name: '中国人民解放军文职人员证编号', class: 'person' },
  { code: '122', name: '中国人民武装警察部队文职人员证编号', class: 'person' },
  { code: '411', name: '外交护照号', class: 'person' },
  { code: '412', name: '公务护照号', class: 'person' },
  { code: '413', name: '公务普通护照号', class: 'person' },
  { code: '414', name: '普通护照号', class: 'person' },
  { code: '511', name: '台湾居民来往大陆通行证号码', class: 'person' },
  { code: '516', name: '港澳居民来往内地通行证号码', class: 'person' },
  { code: '999', name: '其他自然人有效证件代码', class: 'person' },
];

const BY_CODE = new Map(HOLDER_KINDS.map((kind) => [kind.code, kind]));

export function holderKind(code: string): HolderKind | undefined {
  return BY_CODE.get(code);
}
