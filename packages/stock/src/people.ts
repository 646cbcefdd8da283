import { below, pick, type Random } from './random.ts';

const SURNAMES = [
  ...'陈李黄张梁林王吴刘罗周郑何钟邓谢叶杨曾冯许朱潘彭苏蔡卢徐赖邱温袁江廖麦区冼练',
  '欧阳',
  '司徒',
  '上官',
];
const GIVEN = [
  ...'安柏辰澄棣恩方谷翰禾衡泓嘉珈锦君恺岚乐黎临璐曼墨宁培琦然若珊诗舒堂恬维希晓轩雅言怡颖雨远云泽昭之芷子',
];
/** Names that a careless system breaks: beyond the Basic Multilingual Plane, extension A, middle dots. */
const RARE_NAMES = ['陈𠅤宁', '李㛃', '林𡋾', '阿依努尔·图兰', '迪力亚·萨迪克', '黄𬭎安'];

const FOREIGN_GIVEN = ['Mirela', 'Tobiah', 'Annika', 'Jorun', 'Leopold', 'Samira', "D'Arcy", 'Zoë'];
const FOREIGN_FAMILY = ['Vandermoor', 'Okonjiwa', 'Santarell', 'Lindqvarn', 'Harrowgate', 'Petrovian'];

export function personName(random: Random): string {
  if (below(random, 300) === 0) return pick(random, RARE_NAMES);
  const given = pick(random, GIVEN) + (below(random, 5) === 0 ? '' : pick(random, GIVEN));
  return pick(random, SURNAMES) + given;
}

export function foreignName(random: Random): string {
  return `${pick(random, FOREIGN_GIVEN)} ${pick(random, FOREIGN_FAMILY)}`;
}
