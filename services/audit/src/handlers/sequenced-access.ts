import { AccessBody, type SequencedAccess } from '@lianzheng/proto/audit/v1/audit';
import type { AccessRow } from '../store/accesses.ts';

export function sequencedAccess({ id, body, generation, sequence }: AccessRow): SequencedAccess {
  return {
    id,
    sequence: sequence === null ? undefined : BigInt(sequence),
    generation: generation ?? 0,
    body: body === null ? undefined : AccessBody.decode(body),
  };
}
