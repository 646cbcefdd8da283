import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import { NoteError, openNote, parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { CatalogBody, type CatalogObject, type LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { Entry, type GetSnapshotResponse } from '@lianzheng/proto/log/v1/log';
import { verifierOf } from '@lianzheng/registry';
import { EnrolmentError } from './errors.ts';

/** The province's catalogue log, whole up to its newest checkpoint. */
export type CatalogueSnapshot = {
  readonly entries: readonly Entry[];
  readonly checkpoints: readonly Buffer[];
};

/** Gathers what LogService.GetSnapshot of `lianzheng/<province>/catalog` streams. */
export async function collectSnapshot(
  stream: AsyncIterable<GetSnapshotResponse>,
): Promise<CatalogueSnapshot> {
  const entries: Entry[] = [];
  const checkpoints: Buffer[] = [];
  for await (const chunk of stream) {
    entries.push(...chunk.entries);
    checkpoints.push(...chunk.checkpoints);
  }
  return { entries, checkpoints };
}

export function snapshotToJson({ entries, checkpoints }: CatalogueSnapshot) {
  return {
    entries: entries.map((entry) => Buffer.from(Entry.encode(entry).finish()).toString('base64')),
    checkpoints: checkpoints.map((note) => note.toString('base64')),
  };
}

/** Throws EnrolmentError 'malformed'. */
export function snapshotFromJson(json: unknown): CatalogueSnapshot {
  const { entries, checkpoints } = (json ?? {}) as Record<string, unknown>;
  return {
    entries: bytesOf(entries).map((bytes) => Entry.decode(bytes)),
    checkpoints: bytesOf(checkpoints),
  };
}

function bytesOf(list: unknown): Buffer[] {
  if (!Array.isArray(list)) throw new EnrolmentError('malformed', 'not a catalogue snapshot');
  return list.map((text) => Buffer.from(String(text), 'base64'));
}

/**
 * The objects of a snapshot in order, once the newest checkpoint verifies under a pinned key of the province's catalogue
 * and the entries hash to its root. Throws EnrolmentError 'untrusted'.
 */
export function openSnapshot(
  { entries, checkpoints }: CatalogueSnapshot,
  province: string,
  pinned: readonly LogKey[],
): CatalogObject[] {
  const keys = pinned.filter(({ node, log }) => node === province && log === 'catalog');
  const newest = checkpoints.at(-1);
  if (!newest) throw new EnrolmentError('untrusted', 'the catalogue snapshot bears no checkpoint');
  const { size, root, node, log } = verified(newest, keys);
  const inOrder = entries.every(({ sequence }, index) => sequence === BigInt(index));
  const tree = appendLeafHashes(
    emptyFrontier(),
    entries.map(({ leaf }) => leafHash(leaf)),
  );
  const whole = node === province && log === 'catalog' && inOrder && size === entries.length;
  if (!whole || !frontierRoot(tree).equals(root)) {
    throw new EnrolmentError(
      'untrusted',
      `the catalogue snapshot is not what its checkpoint of size ${size} covers`,
    );
  }
  return entries.flatMap(({ leaf }) => objectIn(leaf));
}

function verified(note: Buffer, keys: readonly LogKey[]) {
  try {
    const { name } = keys.find((key) => key.name === parseNote(note).text.split('\n', 1)[0]) ?? {};
    const candidates = keys.filter((key) => key.name === name).map(verifierOf);
    return parseLogCheckpoint(openNote(note, candidates).text);
  } catch (cause) {
    if (!(cause instanceof NoteError)) throw cause;
    throw new EnrolmentError(
      'untrusted',
      `the checkpoint of the catalogue snapshot: ${cause.message}`,
      cause,
    );
  }
}

/** Kinds of a later release are none of our business here. */
function objectIn(leaf: Uint8Array): CatalogObject[] {
  const { kind, body } = Leaf.decode(leaf);
  const object = kind === LeafKind.CATALOG ? CatalogBody.decode(body).object : undefined;
  return object ? [object] : [];
}
