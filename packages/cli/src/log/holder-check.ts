import { createHash } from 'node:crypto';
import { ErasedBody, IndexBody, type Leaf, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';

export type HolderFigures = {
  /** Holders whose index and salt belong to a commitment. */
  matched: number;
  /** Holders without index and salt that no `erased` entry explains. */
  missing: number;
  erased: number;
  /** `sequence/number` of those that belong to no commitment. */
  mismatched: string[];
};

/** Checks what stands beside the leaves: SHA-256(salt ‖ index) = commitment, also after re-keying and erasing (logs.md §1). */
export function createHolderCheck() {
  const open = new Map<string, { found?: Buffer }>();
  let matched = 0;
  let erased = 0;

  function status(sequence: bigint, body: StatusBody, sides: readonly HolderSide[]): void {
    for (const [number, commitment] of body.holderCommitments.entries()) {
      const side = sides.find((one) => one.number === number);
      const found = side && createHash('sha256').update(side.salt).update(side.index).digest();
      if (found?.equals(commitment)) matched += 1;
      else open.set(`${sequence}/${number}`, { found });
    }
  }

  /** Under a new key the copy has the new index, whose commitment comes later. */
  function index({ sequence, holderNumber, commitment }: IndexBody): void {
    const place = `${sequence}/${holderNumber}`;
    if (!open.get(place)?.found?.equals(commitment)) return;
    open.delete(place);
    matched += 1;
  }

  function erase({ sequence, holderNumbers }: ErasedBody): void {
    for (const number of holderNumbers) if (open.delete(`${sequence}/${number}`)) erased += 1;
  }

  return {
    take(sequence: bigint, { kind, body }: Leaf, sides: readonly HolderSide[]): void {
      if (kind === LeafKind.STATUS) status(sequence, StatusBody.decode(body), sides);
      else if (kind === LeafKind.INDEX) index(IndexBody.decode(body));
      else if (kind === LeafKind.ERASED) erase(ErasedBody.decode(body));
    },
    finish(): HolderFigures {
      const left = [...open];
      const mismatched = left.filter(([, { found }]) => found).map(([place]) => place);
      return { matched, erased, missing: left.length - mismatched.length, mismatched };
    },
  };
}
