import { below, pick, type Random } from './random.ts';

/** Cities of the province by the first four digits of their division code (GB/T 2260). */
const CITIES: Readonly<Record<string, string>> = {
  '4401': '广州市',
  '4402': '韶关市',
  '4403': '深圳市',
  '4404': '珠海市',
  '4405': '汕头市',
  '4406': '佛山市',
  '4407': '江门市',
  '4408': '湛江市',
  '4409': '茂名市',
  '4412': '肇庆市',
  '4413': '惠州市',
  '4414': '梅州市',
  '4415': '汕尾市',
  '4416': '河源市',
  '4417': '阳江市',
  '4418': '清远市',
  '4419': '东莞市',
  '4420': '中山市',
  '4451': '潮州市',
  '4452': '揭阳市',
  '4453': '云浮市',
};
const CITY_CODES = Object.keys(CITIES);

const STREET_FIRST = [...'栖云沁霁岚澹翠枫榆槿蔚芷鹭隐晴砚'];
const STREET_SECOND = [...'溪禾坪汀湾麓桥澜圃渡墟岭陂浦桐栈'];
const STREET_KINDS = ['路', '大道', '街', '巷', '东路', '西路', '一路'];

/**
 * A division code below one of the province's cities that was never given out (county 99): numbers made
 * with it are valid in form and belong to nobody.
 */
export function inventedDivision(random: Random): string {
  return `${pick(random, CITY_CODES)}99`;
}

/** An address in an invented street of the issuer's city; now and then with the marks that need quoting in CSV. */
export function address(random: Random, issuerCode: string): string {
  const city = CITIES[issuerCode.slice(2, 6)] ?? CITIES[pick(random, CITY_CODES)]!;
  const street = pick(random, STREET_FIRST) + pick(random, STREET_SECOND) + pick(random, STREET_KINDS);
  const place = `广东省${city}${street}${1 + below(random, 998)}号`;
  const detail = below(random, 20);
  if (detail === 0) return `${place},“${pick(random, STREET_FIRST)}苑”"A"座`;
  if (detail < 8) return `${place}${1 + below(random, 30)}栋${101 + below(random, 2400)}房`;
  return place;
}
