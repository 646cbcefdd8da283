import { Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { Entry, type HolderSide } from '@lianzheng/proto/log/v1/log';

/** Longest leaf (logs.md §1): one oversized record would stop a MirrorMaker flow. */
export const MAX_LEAF_BYTES = 65_535;

/** Format version that this release writes and understands. */
export const LEAF_FORMAT = 1;

export type NewLeaf = {
  kind: LeafKind;
  /** Followers that do not understand a critical leaf send questions about its subject to the home node. */
  critical?: boolean;
  /** Identifier or object concerned; empty = the whole log. */
  subject: string;
  body: Uint8Array;
};

/** The bytes that are hashed, stored and sent. Throws RangeError beyond MAX_LEAF_BYTES. */
export function encodeLeaf({ kind, critical = false, subject, body }: NewLeaf): Buffer {
  const leaf = Leaf.encode({
    format: LEAF_FORMAT,
    kind,
    critical,
    subject,
    body: Buffer.from(body),
  }).finish();
  if (leaf.length > MAX_LEAF_BYTES) {
    throw new RangeError(`leaf of ${leaf.length} bytes; at most ${MAX_LEAF_BYTES}`);
  }
  return Buffer.from(leaf);
}

const known = new Set<number>(Object.values(LeafKind).filter((kind) => kind !== LeafKind.UNSPECIFIED));

export type ReadLeaf = { leaf: Leaf; understood: boolean };

/**
 * Decodes a leaf of any release. `understood` is false for an unknown format or kind, and for bytes that are no Leaf at
 * all: such a leaf is stored and proved, and not applied. An unknown format counts as critical whatever the leaf says;
 * bytes that are no Leaf are so for the whole log.
 */
export function readLeaf(bytes: Uint8Array): ReadLeaf {
  try {
    const leaf = Leaf.decode(bytes);
    if (leaf.format !== LEAF_FORMAT) return { leaf: { ...leaf, critical: true }, understood: false };
    return { leaf, understood: known.has(leaf.kind) };
  } catch {
    return {
      leaf: { format: 0, kind: LeafKind.UNSPECIFIED, critical: true, subject: '', body: Buffer.alloc(0) },
      understood: false,
    };
  }
}

/**
 * Side data as stored in one column: the holders of an Entry, encoded as protobuf would. By hand, because a copy does it for
 * every entry and the generated encoder takes ten times as long for so few bytes.
 */
export function encodeSide(holders: readonly HolderSide[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const holder of holders) {
    const fields = holderFields(holder);
    parts.push(HOLDERS, varint(lengthOf(fields)), ...fields);
  }
  return Buffer.concat(parts);
}

const tag = (field: number, wireType: number) => Uint8Array.of((field << 3) | wireType);
const HOLDERS = tag(3, 2);
const NUMBER = tag(1, 0);
const INDEX = tag(2, 2);
const SALT = tag(3, 2);
const KEY_ID = tag(4, 2);
const smallVarints = Array.from({ length: 128 }, (_, value) => Uint8Array.of(value));

function holderFields({ number, index, salt, keyId }: HolderSide): Uint8Array[] {
  const fields: Uint8Array[] = [];
  if (number !== 0) fields.push(NUMBER, varint(number));
  if (index.length > 0) fields.push(INDEX, varint(index.length), index);
  if (salt.length > 0) fields.push(SALT, varint(salt.length), salt);
  if (keyId !== '') fields.push(KEY_ID, varint(Buffer.byteLength(keyId)), Buffer.from(keyId));
  return fields;
}

function varint(value: number): Uint8Array {
  if (value < 128) return smallVarints[value]!;
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}

const lengthOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0);

/** The inverse of encodeSide. */
export function decodeSide(side: Uint8Array): HolderSide[] {
  return side.length === 0 ? [] : Entry.decode(side).holders;
}
