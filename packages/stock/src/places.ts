import { below, pick, type Random } from './random.ts';

const CITIES = ['栖禾市', '汀湾市', '岚浦市', '沁溪市', '榆陂市'];
const STREET_FIRST = [...'栖云沁霁岚澹翠枫榆槿蔚芷鹭隐晴砚'];
const STREET_SECOND = [...'溪禾坪汀湾麓桥澜圃渡墟岭陂浦桐栈'];
const STREET_KINDS = ['路', '大道', '街', '巷', '东路', '西路', '一路'];

/**
 * Division codes below the province's cities that were never given out (county 99): numbers made with them
 * are valid in form and belong to nobody.
 */
export const INVENTED_DIVISIONS = (
  '4401 4402 4403 4404 4405 4406 4407 4408 4409 4412 4413 ' +
  '4414 4415 4416 4417 4418 4419 4420 4451 4452 4453'
)
  .split(' ')
  .map((city) => `${city}99`);

/**
 * An address in an invented street of the issuer's city, or of an invented one of its province; now and then
 * with the marks that need quoting in CSV.
 */
export function address(random: Random, issuerName: string): string {
  const [seat] = /^[^省市]{1,6}[省市]/.exec(issuerName) ?? [''];
  const city = seat.endsWith('市') ? seat : seat + pick(random, CITIES);
  const street = pick(random, STREET_FIRST) + pick(random, STREET_SECOND) + pick(random, STREET_KINDS);
  const place = `${city}${street}${1 + below(random, 998)}号`;
  const detail = below(random, 20);
  if (detail === 0) return `${place},“${pick(random, STREET_FIRST)}苑”"A"座`;
  if (detail < 8) return `${place}${1 + below(random, 30)}栋${101 + below(random, 2400)}房`;
  return place;
}
