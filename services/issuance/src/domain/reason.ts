import { reasonCodesOf } from '@lianzheng/licence';
import type { Operation } from '@lianzheng/proto/log/v1/leaf';
import { type Violation, violation } from './violation.ts';

/** A reason is a code of the operation's own table: free text in a leaf could be personal. */
export function reasonFault(reasonCode: string, operation: Operation): Violation | undefined {
  const allowed = reasonCodesOf(operation);
  if (allowed.includes(reasonCode)) return undefined;
  const list = allowed.join(', ');
  return violation('reason_code', `应为：${list}`, `must be one of ${list}`);
}
