// A node's status log as its owner would write it: real leaves, a real tree, real notes, all in memory.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { formatIdentifier } from '@lianzheng/identifier';
import { encodeLeaf, encodeSide, type LogSource } from '@lianzheng/log';
import {
  appendLeafHashes,
  consistencyProof,
  emptyFrontier,
  type Frontier,
  frontierRoot,
  growTree,
  leafHash,
  type ReadTiles,
} from '@lianzheng/merkle';
import {
  formatLogCheckpoint,
  formatLogOrigin,
  type LogName,
  rawPublicKey,
  signerFromKey,
  signNote,
  verifierFromRaw,
} from '@lianzheng/note';
import { LeafKind, LicenceState, Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import type { Item } from '../src/follow/judge.ts';
import { checkpointItem, entryItem } from '../src/follow/log-copy.ts';

export const issuerCode = '11430000006122244L';
export const typeCode = '11100000000013338W011';
export const begun = Date.UTC(2026, 2, 1);

export const identifierOf = (serial: string, version = 1) =>
  formatIdentifier({ typeCode, issuerCode, serial, version });

export const indexOf = (holder: string) => createHash('sha256').update(holder).digest();
export const sideOf = (holder: string, number = 0): HolderSide => ({
  number,
  index: indexOf(holder),
  salt: createHash('sha256').update(`salt ${holder}`).digest().subarray(0, 16),
  keyId: 'index-1',
});
export const commitmentTo = ({ salt, index }: HolderSide) =>
  createHash('sha256').update(salt).update(index).digest();

export type NewEntry = { leaf: Buffer; holders: HolderSide[] };

/** A licence of these holders, issued. */
export function issued(
  serial: string,
  holders: readonly string[] = [],
  changes: Partial<StatusBody> = {},
): NewEntry {
  const sides = holders.map(sideOf);
  const body: StatusBody = {
    identifier: identifierOf(serial),
    typeCode,
    issuerCode,
    revision: 1,
    operation: Operation.ISSUE,
    state: LicenceState.IN_FORCE,
    reasonCode: '',
    validFrom: '2026-01-01',
    validTo: '',
    effectiveAt: new Date(begun),
    recordedAt: new Date(begun),
    forms: [],
    replaces: [],
    holderCommitments: sides.map(commitmentTo),
    ...changes,
  };
  return {
    leaf: encodeLeaf({
      kind: LeafKind.STATUS,
      critical: true,
      subject: body.identifier,
      body: StatusBody.encode(body).finish(),
    }),
    holders: sides,
  };
}

export type OwnerLog = ReturnType<typeof ownerLog>;

/** Entries and checkpoints as they travel; `seconds` after the beginning is the time in a checkpoint. */
export function ownerLog(node = '440300', log: LogName = 'status', generation = 1) {
  const name = formatLogOrigin({ node, log, generation });
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(privateKey);
  const signer = signerFromKey(name, privateKey);
  const entries: (NewEntry & { sequence: number })[] = [];
  const notes: { size: number; note: Buffer }[] = [];
  const tiles = new Map<string, Buffer>();
  let frontier: Frontier = emptyFrontier();
  let seconds = 0;
  let head: { size: number; note: Buffer; time: Date } | undefined;

  const readTiles: ReadTiles = async (wanted) =>
    wanted.map(({ level, index }) => tiles.get(`${level}/${index}`));
  const rootAt = (size: number) =>
    frontierRoot(
      appendLeafHashes(
        emptyFrontier(),
        entries.slice(0, size).map(({ leaf }) => leafHash(leaf)),
      ),
    );

  async function signed(size: number, root: Buffer, previousSize: number, at: number): Promise<Buffer> {
    const time = new Date(begun + at * 1_000);
    const text = formatLogCheckpoint({ node, log, generation, size, root, time, previousSize });
    return Buffer.from(await signNote(text, [signer]));
  }

  /** Adds a batch; a checkpoint over it is kept. An empty one is a heartbeat. Returns what travels. */
  async function write(batch: readonly NewEntry[]): Promise<Item[]> {
    const from = entries.length;
    entries.push(...batch.map((entry, i) => ({ ...entry, sequence: from + i })));
    const growth = growTree(
      frontier,
      batch.map(({ leaf }) => leafHash(leaf)),
    );
    frontier = growth.frontier;
    for (const { level, index, hashes } of growth.extensions) {
      const key = `${level}/${index}`;
      tiles.set(key, Buffer.concat([tiles.get(key) ?? Buffer.alloc(0), hashes]));
    }
    seconds += 1;
    const previous = notes.at(-1)?.size ?? 0;
    const note = await signed(entries.length, frontierRoot(frontier), previous, seconds);
    head = { size: entries.length, note, time: new Date(begun + seconds * 1_000) };
    if (batch.length > 0) notes.push({ size: entries.length, note });
    return [...itemsFrom(from), checkpointItem(note)];
  }

  const itemsFrom = (from: number, to = entries.length): Item[] =>
    entries.slice(from, to).map((entry) => entryItem({ ...entry, sequence: BigInt(entry.sequence) }));

  /** Everything from the beginning, in order. */
  function stream(): Item[] {
    let from = 0;
    return notes.flatMap(({ size, note }) => {
      const items = [...itemsFrom(from, size), checkpointItem(note)];
      from = size;
      return items;
    });
  }

  /** The same log as a source of LogService. */
  const source: LogSource = {
    head: async (id) =>
      id.node === node && id.log === log && head
        ? { ...head, generation, root: rootAt(head.size) }
        : undefined,
    entries: async (_id, from, to) =>
      entries
        .slice(from, to)
        .map(({ sequence, leaf, holders }) => ({ sequence, leaf, side: encodeSide(holders) })),
    checkpoints: async (_id, after, to) => notes.filter(({ size }) => size > after && size <= to),
    covering: async (_id, sequence) => notes.find(({ size }) => size > sequence),
    tiles: () => readTiles,
    changed: async () => {},
  };

  return {
    node,
    log,
    generation,
    name,
    publicKey,
    /** A text under the log's key, as a successor's endorsement. */
    endorse: (text: Buffer) => sign(null, text, privateKey),
    verifier: verifierFromRaw(name, publicKey),
    entries,
    notes,
    size: () => entries.length,
    rootAt,
    write,
    stream,
    itemsFrom,
    source,
    prove: (first: number, second: number) => consistencyProof(first, second, readTiles),
    /** A checkpoint that says anything, signed by the owner all the same. */
    checkpoint: async (size: number, root: Buffer, previousSize: number, at: number) =>
      checkpointItem(await signed(size, root, previousSize, at)),
  };
}
