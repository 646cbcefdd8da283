import { hash } from 'node:crypto';
import { parseIdentifier } from '@lianzheng/identifier';
import { isUnderstood } from '@lianzheng/licence';
import { readLeaf } from '@lianzheng/log';
import { CatalogBody } from '@lianzheng/proto/catalog/v1/objects';
import { AliasBody, ErasedBody, IndexBody, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { holderKey, indexKey, licenceKey } from './keys.ts';

/** What entries of a status log add to the indices of a copy. */
export type Effects = {
  /** Keys that stand in the row of a status entry: its licence's, and its first holder's where that fits. */
  keys: { sequence: number; licence: bigint; holder: bigint | null }[];
  /** Further holders, and holders under a new key. */
  holders: { index: string; sequence: number }[];
  aliases: { former: string; present: string; sequence: number }[];
  /** Commitments without fitting lookup data beside them. */
  sideMissing: { sequence: number; holderNumber: number }[];
  /** Index entries: the status entry and the holder in it whose new index stands beside them. */
  rekeyed: { sequence: number; of: number; holderNumber: number }[];
  erased: { sequence: number; holderNumbers: number[] }[];
  notUnderstood: { sequence: number; subject: string }[];
  issuers: { sequence: number; issuerCode: string }[];
};

type Entry = { sequence: number; leaf: Buffer; holders: readonly HolderSide[] };

/** Decodes entries once and says what follows from them; it reads no other log (logs.md §4). */
export function effectsOf(entries: readonly Entry[]): Effects {
  const effects: Effects = {
    keys: [],
    holders: [],
    aliases: [],
    sideMissing: [],
    rekeyed: [],
    erased: [],
    notUnderstood: [],
    issuers: [],
  };
  for (const entry of entries) addEffects(effects, entry);
  return effects;
}

/** Entries of a catalogue log have no effect here but this: what is critical may not be understood. */
export function catalogEffectsOf(entries: readonly Entry[]): Effects {
  const effects = effectsOf([]);
  for (const { sequence, leaf: bytes } of entries) {
    const { leaf, understood } = readLeaf(bytes);
    if (leaf.critical && !(understood && isKnownObject(leaf.body)))
      addNotUnderstood(effects, sequence, leaf.subject);
  }
  return effects;
}

function isKnownObject(body: Buffer): boolean {
  try {
    return CatalogBody.decode(body).object?.object !== undefined;
  } catch {
    return false;
  }
}

function addEffects(effects: Effects, entry: Entry): void {
  const { leaf, understood } = readLeaf(entry.leaf);
  const { sequence } = entry;
  if (!understood) {
    if (leaf.critical) addNotUnderstood(effects, sequence, leaf.subject);
    return;
  }
  try {
    if (leaf.kind === LeafKind.STATUS) addStatus(effects, entry, StatusBody.decode(leaf.body));
    else if (leaf.kind === LeafKind.INDEX) addIndex(effects, entry, IndexBody.decode(leaf.body));
    else if (leaf.kind === LeafKind.ALIAS) addAlias(effects, entry, AliasBody.decode(leaf.body));
    else if (leaf.kind === LeafKind.ERASED) addErased(effects, entry, ErasedBody.decode(leaf.body));
  } catch {
    // A body that this release cannot read is like a format it does not know: critical, whatever the leaf says.
    addNotUnderstood(effects, sequence, leaf.subject);
  }
}

/** PostgreSQL takes no NUL in a text, and no identifier has one. */
function addNotUnderstood(effects: Effects, sequence: number, subject: string): void {
  effects.notUnderstood.push({ sequence, subject: subject.replaceAll('\0', '') });
}

function addStatus(effects: Effects, entry: Entry, body: StatusBody): void {
  const { sequence } = entry;
  const { id, issuerCode } = parseIdentifier(body.identifier);
  // An unknown enum value counts as an unknown critical kind.
  if (!isUnderstood(body)) addNotUnderstood(effects, sequence, body.identifier);
  effects.issuers.push({ sequence, issuerCode });
  const fitting = body.holderCommitments.map((commitment, number) =>
    fittingIndex(entry.holders, number, commitment),
  );
  const [first, ...further] = fitting;
  const holder = first ? holderKey(indexKey(first)) : null;
  effects.keys.push({ sequence, licence: licenceKey(id), holder });
  for (const index of further) if (index) effects.holders.push({ index: indexKey(index), sequence });
  for (const [holderNumber, index] of fitting.entries())
    if (!index) effects.sideMissing.push({ sequence, holderNumber });
}

const INDEX_BYTES = 32;

/** What the carrier brings beside a leaf may be anything. */
export const isIndex = ({ index }: Pick<HolderSide, 'index'>) => index.length === INDEX_BYTES;

/** The index beside the leaf, if SHA-256(salt ‖ index) is the commitment in it. */
function fittingIndex(
  holders: readonly HolderSide[],
  number: number,
  commitment: Uint8Array,
): Uint8Array | undefined {
  const side = holders.find((holder) => holder.number === number);
  if (!side || !isIndex(side)) return undefined;
  const digest = hash('sha256', Buffer.concat([side.salt, side.index]), 'buffer');
  return digest.equals(commitment) ? side.index : undefined;
}

function addIndex(effects: Effects, entry: Entry, body: IndexBody): void {
  const of = earlierThan(entry, body.sequence);
  effects.rekeyed.push({ sequence: entry.sequence, of, holderNumber: body.holderNumber });
  const index = fittingIndex(entry.holders, 0, body.commitment);
  if (index) effects.holders.push({ index: indexKey(index), sequence: of });
  else effects.sideMissing.push({ sequence: entry.sequence, holderNumber: 0 });
}

function addAlias(effects: Effects, entry: Entry, body: AliasBody): void {
  const { sequence } = entry;
  const former = fittingIndex(entry.holders, 0, body.formerCommitment);
  const present = fittingIndex(entry.holders, 1, body.presentCommitment);
  if (former && present)
    effects.aliases.push({ former: indexKey(former), present: indexKey(present), sequence });
  if (!former) effects.sideMissing.push({ sequence, holderNumber: 0 });
  if (!present) effects.sideMissing.push({ sequence, holderNumber: 1 });
}

function addErased(effects: Effects, entry: Entry, body: ErasedBody): void {
  const { holderNumbers } = body;
  effects.erased.push({ sequence: earlierThan(entry, body.sequence), holderNumbers });
}

/** The sequence of an earlier entry; whoever names another one makes no sense. */
function earlierThan({ sequence }: Entry, of: bigint): number {
  if (of >= BigInt(sequence)) throw new RangeError(`entry ${sequence} speaks of entry ${of}`);
  return Number(of);
}
