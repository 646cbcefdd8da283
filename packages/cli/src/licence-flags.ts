import { randomUUID } from 'node:crypto';
import type { Options } from './command.ts';
import { WrongUse } from './failure.ts';
import type { Flags } from './flags.ts';
import type { JsonObject } from './input.ts';
import type { Io } from './io.ts';
import { option, repeated } from './options.ts';
import { pairs } from './request.ts';
import { instant } from './times.ts';

/** What a licence says, as flags of `issue` and `change`. */
export const dataOptions: Options = {
  type: option('CODE', '证照类型代码 ZZLXDM', 'licence type'),
  number: option('TEXT', '证照编号 ZZBH', 'licence number'),
  'issued-on': option('DATE', '颁发日期 ZZBFRQ，YYYY-MM-DD', 'day of issue'),
  'valid-from': option('DATE', '有效期起始日期 ZZYXQQSRQ', 'first valid day'),
  'valid-to': option('DATE', '有效期截止日期 ZZYXQJZRQ，不给为长期', 'last valid day; none = no end'),
  holder: repeated(
    'KIND:CODE:NAME',
    '持证主体：代码类型、代码、名称（个人信息建议写在 --file 里）',
    'a holder; personal data had better stand in --file',
  ),
  item: repeated('KEY=VALUE', '照面项', 'a face item'),
  form: repeated(
    'FORM=NUMBER',
    '同步制发的纸质证照：ORIGINAL 或 DUPLICATE 与印刷流水号',
    'a printed form and its number',
  ),
};

export function dataFromFlags(flags: Flags): JsonObject {
  const holders = flags.list('holder').map(holderOf);
  const items = pairs('item', flags.list('item'));
  return {
    typeCode: flags.text('type'),
    licenceNumber: flags.text('number'),
    issuedOn: flags.text('issued-on'),
    validFrom: flags.text('valid-from'),
    validTo: flags.text('valid-to'),
    holders: holders.length > 0 ? holders : undefined,
    items: Object.keys(items).length > 0 ? items : undefined,
    printedForms: printedForms(flags),
  };
}

export function printedForms(flags: Flags): JsonObject[] | undefined {
  const forms = Object.entries(pairs('form', flags.list('form')));
  if (forms.length === 0) return undefined;
  return forms.map(([form, formNumber]) => ({ form, formNumber }));
}

function holderOf(text: string): JsonObject {
  const [, codeKind, code, name] = /^([0-9]{3}):([^:]*):(.+)$/s.exec(text) ?? [];
  if (codeKind === undefined)
    throw new WrongUse(`--holder 应为 三位类型:代码:名称 / must be KIND:CODE:NAME with a kind of 3 digits`);
  return { codeKind, code, name };
}

/** Who does it and in which case. */
export function headerFromFlags(flags: Flags): JsonObject {
  const decidedAt = flags.text('decided-at');
  return {
    requestId: flags.text('request-id'),
    caseNumber: flags.text('case'),
    officer: flags.text('officer'),
    decidedAt: decidedAt === undefined ? undefined : instant('decided-at', decidedAt),
  };
}

/** A request id is drawn where none is given; it was decided now where no time is. */
export function headerDefaults(io: Io): JsonObject {
  return { requestId: randomUUID(), decidedAt: io.now().toISOString() };
}
