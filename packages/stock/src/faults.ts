import { HOLDER_KINDS } from '@lianzheng/identifier';
import { addDays } from './dates.ts';
import { maxLengthOf, type StockItem, type StockType } from './face.ts';
import type { StockHolder } from './holders.ts';
import { below, pick, type Random } from './random.ts';

/** A row in the making: text columns by name, and the holders apart. */
export interface RowDraft {
  readonly texts: Record<string, string>;
  readonly holders: StockHolder[];
}

export type StockFault =
  | 'licence-number-missing'
  | 'type-unknown'
  | 'issue-date-absurd'
  | 'end-before-start'
  | 'holder-missing'
  | 'holder-code-missing'
  | 'holder-check-wrong'
  | 'holder-kind-unknown'
  | 'holder-kind-not-allowed'
  | 'control-character'
  | 'item-missing'
  | 'item-too-long'
  | 'item-date-absurd'
  | 'item-not-a-number'
  | 'item-code-unknown'
  | 'item-check-wrong';

/** Breaks the draft; returns false, without touching it, where the type or the row has nothing to break so. */
type Break = (draft: RowDraft, type: StockType, random: Random) => boolean;

const ABSURD_DATES = ['2019-02-30', '2020-13-01', '0000-00-00', '20190231', '二〇一九年', '2019-2-3'];

const BREAKS: Readonly<Record<StockFault, Break>> = {
  'licence-number-missing': (draft) => put(draft, 'ZZBH', ''),
  'type-unknown': (draft) => put(draft, 'ZZLXDM', '0'.repeat(21)),
  'issue-date-absurd': (draft, _type, random) => put(draft, 'ZZBFRQ', pick(random, ABSURD_DATES)),
  'end-before-start': (draft, _type, random) =>
    put(draft, 'ZZYXQJZRQ', addDays(draft.texts.ZZYXQQSRQ!, -1 - below(random, 400))),
  'holder-missing': (draft) => {
    draft.holders.length = 0;
    return true;
  },
  'holder-code-missing': (draft, _type, random) => {
    pick(random, draft.holders).code = '';
    return true;
  },
  'holder-check-wrong': (draft) => {
    const holder = draft.holders.find(({ kind }) => kind === '001' || kind === '111');
    if (!holder) return false;
    holder.code = withWrongCheck(holder.code);
    return true;
  },
  'holder-kind-unknown': (draft, _type, random) => {
    pick(random, draft.holders).kind = '777';
    return true;
  },
  'holder-kind-not-allowed': (draft, type, random) => {
    const others = HOLDER_KINDS.filter(({ code }) => !type.holderKinds.includes(code));
    if (others.length === 0) return false;
    pick(random, draft.holders).kind = pick(random, others).code;
    return true;
  },
  'control-character': (draft, _type, random) => {
    const holder = pick(random, draft.holders);
    holder.name = `${holder.name.slice(0, 1)}${pick(random, ['\u0000', '\u0007', '\u001b'])}${holder.name.slice(1)}`;
    return true;
  },
  'item-missing': breakItem(
    (item) => item.required,
    () => '',
  ),
  'item-too-long': breakItem(
    (item) => item.type === 'TEXT' || item.type === 'LONG_TEXT',
    (item) => '超'.repeat(maxLengthOf(item) + 1),
  ),
  'item-date-absurd': breakItem(
    (item) => item.type === 'DATE',
    (_item, random) => pick(random, ABSURD_DATES),
  ),
  'item-not-a-number': breakItem(
    (item) => item.type === 'NUMBER',
    (_item, random) => pick(random, ['十二', '1e5', '1,200', '12O']),
  ),
  'item-code-unknown': breakItem(
    (item) => item.type === 'CODE',
    (item) => `${item.values![0]}？`,
  ),
  'item-check-wrong': (draft, type) => {
    const item = type.items.find(
      ({ type: itemType }) => itemType === 'CREDIT_CODE' || itemType === 'RESIDENT_ID',
    );
    const code = item && draft.texts[`KZ_${item.key}`];
    return code ? put(draft, `KZ_${item.key}`, withWrongCheck(code)) : false;
  },
};

export const STOCK_FAULTS = Object.keys(BREAKS) as readonly StockFault[];

/** Breaks the draft in one way, chosen among those that the type and the row allow. */
export function breakRow(draft: RowDraft, type: StockType, random: Random): StockFault {
  for (;;) {
    const fault = pick(random, STOCK_FAULTS);
    // Ends: several ways are open to every row.
    if (BREAKS[fault](draft, type, random)) return fault;
  }
}

function withWrongCheck(code: string): string {
  return code.slice(0, -1) + (code.endsWith('1') ? '2' : '1');
}

function put(draft: RowDraft, column: string, value: string): true {
  draft.texts[column] = value;
  return true;
}

function breakItem(
  suits: (item: StockItem) => boolean,
  value: (item: StockItem, random: Random) => string,
): Break {
  return (draft, type, random) => {
    const items = type.items.filter(suits);
    if (items.length === 0) return false;
    const item = pick(random, items);
    return put(draft, `KZ_${item.key}`, value(item, random));
  };
}
