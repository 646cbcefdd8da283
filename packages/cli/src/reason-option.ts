import { reasonCodes, reasonCodesOf } from '@lianzheng/licence';
import type { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { Options } from './command.ts';
import { option } from './options.ts';

/** `--reason` with the codes that these operations may give. */
export function reasonOption(...operations: readonly Operation[]): Options {
  const codes = new Set(operations.flatMap(reasonCodesOf));
  const named = reasonCodes.filter(({ code }) => codes.has(code)).map(({ code, zh }) => `${code} ${zh}`);
  return { reason: option('CODE', `原因代码：${named.join('、')}`, 'reason code') };
}
