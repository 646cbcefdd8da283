import type { Violation } from './violation.ts';

/** What is wrong with a column of a row. */
export interface ColumnFault {
  readonly column: string;
  /** Chinese, then English. */
  readonly reason: string;
}

export function columnOf(column: string, zh: string, en: string): ColumnFault {
  return { column, reason: `${zh} / ${en}` };
}

const COLUMNS: Readonly<Record<string, string>> = {
  type_code: 'ZZLXDM',
  licence_number: 'ZZBH',
  issued_on: 'ZZBFRQ',
  valid_from: 'ZZYXQQSRQ',
  valid_to: 'ZZYXQJZRQ',
  holders: 'CZZT',
  'holders.name': 'CZZT',
  'holders.code': 'CZZTDM',
  'holders.code_kind': 'CZZTDMLXDM',
  'printed_forms.form': 'YSLSH',
  'printed_forms.form_number': 'YSLSH',
  ZZMC: 'ZZMC',
  ZZBFJG: 'ZZBFJG',
  ZZBFJGDM: 'ZZBFJGDM',
};

/** A fault of licence data as one of the row that it was read from. */
export function columnFault({ field, description }: Violation): ColumnFault {
  if (field.startsWith('items.'))
    return { column: `KZ_${field.slice('items.'.length)}`, reason: description };
  const index = /^holders\[(\d+)\]/.exec(field)?.[1];
  const column = COLUMNS[field.replace(/\[\d+\]/, '')] ?? '';
  const which = index === undefined || index === '0' ? '' : `第${Number(index) + 1}个持证主体：`;
  return { column, reason: which + description };
}
