import { companyName } from './companies.ts';
import { addDays, dateBetween } from './dates.ts';
import { maxLengthOf, type StockItem } from './face.ts';
import { creditCode, residentNumber } from './holder-codes.ts';
import type { StockHolder } from './holders.ts';
import { personName } from './people.ts';
import { address } from './places.ts';
import { below, digits, pick, type Random } from './random.ts';

/** What the value of an item may refer to. */
export interface ItemContext {
  readonly holders: readonly StockHolder[];
  readonly issuerName: string;
  readonly issuedOn: string;
}

/** Dates on a face lie at most so long before its issue. */
const OLDEST_DAYS = 5000;

const SCOPES = [
  '预包装食品销售',
  '热食类食品制售',
  '危险废物收集',
  '二类医疗器械零售',
  '道路普通货运',
  '内部资料印制',
];
const REMARKS = ['经审查符合规定条件', '本证遗失须及时申请补发', '变更登记事项后换发', '原证号同时作废'];
const WORDS = ['甲等', '乙级', '一类', '临时', '固定', '自有', '租赁', '标准'];
const PEOPLES = ['汉族', '汉族', '汉族', '壮族', '瑶族', '畲族', '回族'];

type Maker = (random: Random, context: ItemContext) => string;

/** What a text looks like, by words in the item's name; the first that fits. */
const TEXTS: readonly [RegExp, Maker][] = [
  [/民族/, (random) => pick(random, PEOPLES)],
  [/国籍/, () => '中国'],
  [/年月$/, (_random, context) => context.issuedOn.slice(0, 7)],
  [/电话|手机|联系方式/, (random) => `000-${digits(random, 8)}`],
  [/人$|人（|姓名|人员|经营者|登记员|校长|经理|工程师/, (random) => personName(random)],
  [/地址|住所|场所|坐落|地点|住址|籍贯/, (random, context) => address(random, context.issuerName)],
  [
    /^(企业|经营者|机构|单位|公司)?名称$|字号/,
    (random, context) => nameOf(context, '001') ?? companyName(random),
  ],
  [/单位|企业|机构|学校/, (random) => companyName(random)],
  [/范围|项目|内容|品种|类别|方式|用途/, (random) => several(random, SCOPES, '；')],
  [/编号|号码|文号|证号|批号|代码|代号|号$/, (random) => `${pick(random, 'ABCDEFGH')}${digits(random, 9)}`],
];

/** A value that the item's type and length allow; empty for an optional item that the paper leaves open. */
export function itemValue(random: Random, item: StockItem, context: ItemContext): string {
  if (!item.required && below(random, 5) === 0) return '';
  switch (item.type) {
    case 'TEXT':
      return cut(textFor(random, item, context), maxLengthOf(item));
    case 'LONG_TEXT':
      return cut(
        `${textFor(random, item, context)}\n${several(random, REMARKS, '。\n')}。`,
        maxLengthOf(item),
      );
    case 'DATE':
      return dateFor(random, item, context);
    case 'NUMBER':
      return number(random, item);
    case 'CODE':
      return codeFor(random, item, context);
    case 'CREDIT_CODE':
      return holderOf(context, '001')?.code ?? creditCode(random);
    case 'RESIDENT_ID':
      return holderOf(context, '111')?.code ?? residentNumber(random);
  }
}

function textFor(random: Random, item: StockItem, context: ItemContext): string {
  if (item.name === '姓名') return nameOf(context, '111') ?? personName(random);
  for (const [words, make] of TEXTS) if (words.test(item.name)) return make(random, context);
  return several(random, WORDS, '、');
}

/** A birthday agrees with the resident number of the first holder who has one. */
function dateFor(random: Random, item: StockItem, context: ItemContext): string {
  const resident = holderOf(context, '111');
  if (resident && /^出生(日期|年月日)$/.test(item.name)) {
    return resident.code.replace(/^.{6}(\d{4})(\d\d)(\d\d).*$/, '$1-$2-$3');
  }
  return dateBetween(random, addDays(context.issuedOn, -OLDEST_DAYS), context.issuedOn);
}

/** So does a sex: the 17th digit of a man's number is odd. */
function codeFor(random: Random, item: StockItem, context: ItemContext): string {
  const resident = holderOf(context, '111');
  const sex = resident && item.name === '性别' ? '女男'[Number(resident.code[16]) % 2]! : '';
  return item.values!.includes(sex) ? sex : pick(random, item.values!);
}

function holderOf(context: ItemContext, kind: string): StockHolder | undefined {
  return context.holders.find((holder) => holder.kind === kind);
}

function nameOf(context: ItemContext, kind: string): string | undefined {
  return holderOf(context, kind)?.name;
}

function several(random: Random, choices: readonly string[], separator: string): string {
  const start = below(random, choices.length);
  return choices.slice(start, start + 1 + below(random, 3)).join(separator);
}

function number(random: Random, item: StockItem): string {
  const whole = String(1 + below(random, 10 ** Math.min(4, maxLengthOf(item)) - 1));
  const room = whole.length + 3 <= maxLengthOf(item);
  return room && /面积|金额|资本|元|吨|米/.test(item.name) ? `${whole}.${digits(random, 2)}` : whole;
}

/** By code points: half a surrogate pair would be no text. White space at the end would be trimmed by some. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join('').trimEnd();
}
