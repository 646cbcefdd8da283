import { createHash, type KeyObject } from 'node:crypto';
import { formatIdentifier, type LicenceId, randomSerial } from '@lianzheng/identifier';
import { encodeLeaf } from '@lianzheng/log';
import { appendLeafHashes, emptyFrontier, type Frontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import { formatLogCheckpoint, formatLogOrigin, signerFromKey, signNote } from '@lianzheng/note';
import { LeafKind, LicenceState, Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';

/** 公共场所卫生许可证: one form, one holder, random serials; issued by the market regulation of 440300. */
const TYPE_CODE = '11440000YH0000034E010';
const ISSUER_CODE = '11440300YH0003024J';
const KEY_ID = 'c0ffee0123456789';
const DAY_MS = 86_400_000;

/** The licence of entry `n` of a synthetic log: the same in every process. */
export function identifierOf(n: number): LicenceId {
  let drawn = 0;
  const serial = randomSerial((size) => {
    drawn += 1;
    return digest(`serial ${n} ${drawn}`).subarray(0, size);
  });
  return formatIdentifier({ typeCode: TYPE_CODE, issuerCode: ISSUER_CODE, serial, version: 1 });
}

export type SyntheticEntry = {
  sequence: number;
  leaf: Buffer;
  leafHash: Buffer;
  holders: HolderSide[];
};

/** An issued licence as issuance would have written it: every field that a real one has, at its real length. */
export function statusEntry(n: number, now: Date): SyntheticEntry {
  const index = digest(`holder ${n}`);
  const salt = digest(`salt ${n}`).subarray(0, 16);
  const identifier = identifierOf(n);
  const body = StatusBody.encode({
    identifier,
    typeCode: TYPE_CODE,
    issuerCode: ISSUER_CODE,
    revision: 1,
    operation: Operation.ISSUE,
    state: LicenceState.IN_FORCE,
    reasonCode: '',
    validFrom: dayOf(now, -30),
    validTo: dayOf(now, 1_800),
    effectiveAt: new Date(now.getTime() - DAY_MS - (n % 86_400) * 1_000),
    recordedAt: new Date(now.getTime() - DAY_MS + 86),
    forms: [{ form: 'ORIGINAL', what: 'jws', algorithm: 'SHA-256', value: digest(`jws ${n}`) }],
    replaces: [],
    holderCommitments: [createHash('sha256').update(salt).update(index).digest()],
  });
  const bodyBytes = Buffer.from(body.finish());
  const leaf = encodeLeaf({ kind: LeafKind.STATUS, critical: true, subject: identifier, body: bodyBytes });
  return {
    sequence: n,
    leaf,
    leafHash: leafHash(leaf),
    holders: [{ number: 0, index, salt, keyId: KEY_ID }],
  };
}

export type SyntheticItem = { kind: 'entry'; entry: SyntheticEntry } | { kind: 'checkpoint'; note: Buffer };

/** The writer of a log of synthetic entries under its real key; grows from where it stands. */
export type SyntheticLog = {
  size(): number;
  /** The next `count` entries with a signed checkpoint after at most every `every` of them. */
  grow(count: number, every?: number): Promise<SyntheticItem[]>;
  /** A checkpoint at the present size: what an idle owner sends every few seconds. */
  heartbeat(): Promise<Buffer>;
};

const MOST_BETWEEN_CHECKPOINTS = 1_000;

export function syntheticLog(options: { node: string; key: KeyObject; clock: () => Date }): SyntheticLog {
  const { node, key, clock } = options;
  const origin = { node, log: 'status', generation: 1 } as const;
  const signer = signerFromKey(formatLogOrigin(origin), key);
  let frontier: Frontier = emptyFrontier();
  let previousSize = 0;
  let lastMs = 0;

  async function checkpoint(): Promise<Buffer> {
    // Times of checkpoints never decrease; two of one millisecond would look like a repeat.
    lastMs = Math.max(lastMs + 1, clock().getTime());
    const { size } = frontier;
    const text = formatLogCheckpoint({
      ...origin,
      size,
      root: frontierRoot(frontier),
      time: new Date(lastMs),
      previousSize,
    });
    previousSize = size;
    return Buffer.from(await signNote(text, [signer]));
  }

  return {
    size: () => frontier.size,
    heartbeat: checkpoint,
    async grow(count, every = MOST_BETWEEN_CHECKPOINTS) {
      const items: SyntheticItem[] = [];
      const now = clock();
      for (let left = count; left > 0; ) {
        const entries = Array.from({ length: Math.min(every, left) }, (_, i) =>
          statusEntry(frontier.size + i, now),
        );
        frontier = appendLeafHashes(
          frontier,
          entries.map((entry) => entry.leafHash),
        );
        for (const entry of entries) items.push({ kind: 'entry', entry });
        items.push({ kind: 'checkpoint', note: await checkpoint() });
        left -= entries.length;
      }
      return items;
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function dayOf(now: Date, days: number): string {
  return new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
}
