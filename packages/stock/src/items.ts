import { companyName, creditCode } from './companies.ts';
import { addDays, dateBetween } from './dates.ts';
import { maxLengthOf, type StockItem } from './face.ts';
import type { StockHolder } from './holders.ts';
import { personName, residentNumber } from './people.ts';
import { address } from './places.ts';
import { below, digits, pick, type Random } from './random.ts';

/** What the value of an item may refer to. */
export interface ItemContext {
  readonly holders: readonly StockHolder[];
  readonly issuerCode: string;
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

type Maker = (random: Random, context: ItemContext) => string;

/** What a text looks like, by words in the item's name; the first that fits. */
const TEXTS: readonly [RegExp, Maker][] = [
  [/地址|住所|场所|坐落|地点|住址/, (random, context) => address(random, context.issuerCode)],
  [/电话|手机|联系方式/, (random) => `000-${digits(random, 8)}`],
  [
    /代表人|负责人|经营者|姓名|法人$|联系人/,
    (random, context) => holderName(context, false) ?? personName(random),
  ],
  [/名称|单位|企业|机构|字号/, (random, context) => holderName(context, true) ?? companyName(random)],
  [/范围|项目|内容|品种|类别|方式|用途/, (random) => several(random, SCOPES, '；')],
  [/编号|号码|文号|证号|批号/, (random) => `${pick(random, 'ABCDEFGH')}${digits(random, 9)}`],
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
      return dateBetween(random, addDays(context.issuedOn, -OLDEST_DAYS), context.issuedOn);
    case 'NUMBER':
      return number(random, item);
    case 'CODE':
      return pick(random, item.values!);
    case 'CREDIT_CODE':
      return context.holders.find((holder) => holder.kind === '001')?.code ?? creditCode(random);
    case 'RESIDENT_ID':
      return context.holders.find((holder) => holder.kind === '111')?.code ?? residentNumber(random);
  }
}

function textFor(random: Random, item: StockItem, context: ItemContext): string {
  for (const [words, make] of TEXTS) if (words.test(item.name)) return make(random, context);
  return several(random, WORDS, '、');
}

function holderName(context: ItemContext, organisation: boolean): string | undefined {
  return context.holders.find((holder) => (holder.kind === '001') === organisation)?.name;
}

function several(random: Random, choices: readonly string[], separator: string): string {
  const start = below(random, choices.length);
  return choices.slice(start, start + 1 + below(random, 3)).join(separator);
}

function number(random: Random, item: StockItem): string {
  const whole = String(1 + below(random, 10 ** Math.min(4, maxLengthOf(item)) - 1));
  const room = whole.length + 3 <= maxLengthOf(item);
  return room && /面积|金额|资本|吨|米/.test(item.name) ? `${whole}.${digits(random, 2)}` : whole;
}

/** By code points: half a surrogate pair would be no text. White space at the end would be trimmed by some. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join('').trimEnd();
}
