import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import { formatLogCheckpoint, rawPublicKey, signerFromKey, signNote } from '@lianzheng/note';
import type { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { Leaf, LeafKind, LicenceState, Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import type { LogChunk } from '../src/log/chunk.ts';

export type FixtureLog = {
  readonly key: LogKey;
  readonly entries: readonly Entry[];
  /** Kept checkpoints and, last, a heartbeat. */
  readonly checkpoints: readonly Buffer[];
  /** A checkpoint like those of the log, with some of it another. */
  sign(
    size: number,
    changed?: { root?: Buffer; time?: Date; previousSize?: number; by?: KeyObject },
  ): Promise<Buffer>;
};

const NAME = 'lianzheng/440100/status/1';
export const at = (index: number) => new Date(Date.UTC(2026, 2, 1, 0, 0, index));

/** A status log of 440100 as its owner would have written it: a holder with side data in every entry. */
export async function fixtureLog(size: number, every = 100): Promise<FixtureLog> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const entries = Array.from({ length: size }, (_, index) => entryOf(index));
  const frontiers = [emptyFrontier()];
  for (const { leaf } of entries) frontiers.push(appendLeafHashes(frontiers.at(-1)!, [leafHash(leaf)]));
  const sign: FixtureLog['sign'] = async (wanted, changed = {}) => {
    const { root = frontierRoot(frontiers[wanted]!), time = at(wanted), by = privateKey } = changed;
    const previousSize = changed.previousSize ?? Math.max(0, Math.ceil(wanted / every - 1) * every);
    const origin = { node: '440100', log: 'status', generation: 1 } as const;
    const text = formatLogCheckpoint({ ...origin, size: wanted, root, time, previousSize });
    return Buffer.from(await signNote(text, [signerFromKey(NAME, by)]));
  };
  const sizes = entries.map((_, index) => index + 1).filter((n) => n % every === 0 || n === size);
  const kept = await Promise.all(sizes.map((n) => sign(n)));
  const heartbeat = await sign(size, { time: at(size + 5), previousSize: size });
  const key = {
    node: '440100',
    log: 'status',
    name: NAME,
    publicKey: rawPublicKey(privateKey),
    fromSize: 0n,
    toSize: 0n,
    endorsement: Buffer.alloc(0),
  };
  return { key, entries, checkpoints: [...kept, heartbeat], sign };
}

/** As GetSnapshot gives them: the checkpoints of a range with the range. */
export async function* chunksOf(
  { entries, checkpoints }: Pick<FixtureLog, 'entries' | 'checkpoints'>,
  sizeOf: (note: Buffer) => number,
  length = 256,
): AsyncGenerator<LogChunk, void, undefined> {
  for (let from = 0; from < entries.length || from === 0; from += length) {
    const end = Math.min(from + length, entries.length);
    const inRange = (size: number) => (size > from && size <= end) || (end === entries.length && size >= end);
    yield {
      entries: entries.slice(from, end),
      checkpoints: checkpoints.filter((note) => inRange(sizeOf(note))),
      total: entries.length,
    };
  }
}

export function noteSize(note: Buffer): number {
  return Number(note.toString().split('\n')[1]);
}

function entryOf(index: number): Entry {
  const side = { number: 0, index: Buffer.alloc(32, index), salt: Buffer.alloc(16, 7), keyId: 'k1' };
  const body: StatusBody = {
    identifier: `1.2.156.3005.2.11440100YH00010374001.11440100YH00010374.S${index}.001.X`,
    typeCode: '11440100YH00010374001',
    issuerCode: '11440100YH00010374',
    revision: 1,
    operation: Operation.ISSUE,
    state: LicenceState.IN_FORCE,
    reasonCode: '',
    validFrom: '2026-03-01',
    validTo: '',
    effectiveAt: at(index),
    recordedAt: at(index),
    forms: [],
    replaces: [],
    holderCommitments: [createHash('sha256').update(side.salt).update(side.index).digest()],
  };
  const leaf = Leaf.encode({
    format: 1,
    kind: LeafKind.STATUS,
    critical: false,
    subject: body.identifier,
    body: Buffer.from(StatusBody.encode(body).finish()),
  }).finish();
  return { sequence: BigInt(index), leaf: Buffer.from(leaf), holders: [side] };
}
