import { createHash } from 'node:crypto';
import { parseIdentifier } from '@lianzheng/identifier';
import { readLeaf } from '@lianzheng/log';
import { AliasBody, ErasedBody, IndexBody, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { indexKey, licenceKey } from './keys.ts';

/** What entries of a status log add to the indices of a copy. */
export type Effects = {
  licences: { key: string; sequence: number }[];
  holders: { index: string; sequence: number }[];
  aliases: { former: string; present: string; sequence: number }[];
  sideMissing: number[];
  erased: { sequence: number; holderNumbers: number[] }[];
  notUnderstood: { sequence: number; subject: string }[];
  issuers: { sequence: number; issuerCode: string }[];
};

type Entry = { sequence: number; leaf: Buffer; holders: readonly HolderSide[] };

/** Decodes entries once and says what follows from them; it reads no other log (logs.md §4). */
export function effectsOf(entries: readonly Entry[]): Effects {
  const effects: Effects = {
    licences: [],
    holders: [],
    aliases: [],
    sideMissing: [],
    erased: [],
    notUnderstood: [],
    issuers: [],
  };
  for (const entry of entries) addEffects(effects, entry);
  return effects;
}

function addEffects(effects: Effects, entry: Entry): void {
  const { leaf, understood } = readLeaf(entry.leaf);
  if (!understood) return notUnderstood(effects, entry.sequence, leaf);
  try {
    if (leaf.kind === LeafKind.STATUS) addStatus(effects, entry, StatusBody.decode(leaf.body));
    else if (leaf.kind === LeafKind.INDEX) addIndex(effects, entry, IndexBody.decode(leaf.body));
    else if (leaf.kind === LeafKind.ALIAS) addAlias(effects, entry, AliasBody.decode(leaf.body));
    else if (leaf.kind === LeafKind.ERASED) addErased(effects, ErasedBody.decode(leaf.body));
  } catch {
    // A body that this release cannot read is like a kind it does not know.
    notUnderstood(effects, entry.sequence, leaf);
  }
}

function notUnderstood(
  effects: Effects,
  sequence: number,
  leaf: { critical: boolean; subject: string },
): void {
  if (leaf.critical) effects.notUnderstood.push({ sequence, subject: leaf.subject });
}

function addStatus(effects: Effects, entry: Entry, body: StatusBody): void {
  const { sequence } = entry;
  const { typeCode, issuerCode, serial } = parseIdentifier(body.identifier);
  if (!knownEnums(body)) effects.notUnderstood.push({ sequence, subject: body.identifier });
  effects.licences.push({ key: licenceKey(typeCode, issuerCode, serial), sequence });
  effects.issuers.push({ sequence, issuerCode });
  const fitting = body.holderCommitments.map((commitment, number) =>
    fittingIndex(entry.holders, number, commitment),
  );
  for (const index of fitting) if (index) effects.holders.push({ index: indexKey(index), sequence });
  if (fitting.includes(undefined)) effects.sideMissing.push(sequence);
}

const LAST_OPERATION = 11;
const LAST_STATE = 7;

/** An unknown enum value counts as an unknown critical kind. */
function knownEnums(body: StatusBody): boolean {
  return (
    body.operation >= 1 && body.operation <= LAST_OPERATION && body.state >= 1 && body.state <= LAST_STATE
  );
}

/** The index beside the leaf, if SHA-256(salt ‖ index) is the commitment in it. */
function fittingIndex(
  holders: readonly HolderSide[],
  number: number,
  commitment: Uint8Array,
): Buffer | undefined {
  const side = holders.find((holder) => holder.number === number);
  if (!side) return undefined;
  const digest = createHash('sha256').update(side.salt).update(side.index).digest();
  return digest.equals(commitment) ? Buffer.from(side.index) : undefined;
}

function addIndex(effects: Effects, entry: Entry, body: IndexBody): void {
  const index = fittingIndex(entry.holders, 0, body.commitment);
  if (index) effects.holders.push({ index: indexKey(index), sequence: Number(body.sequence) });
  else effects.sideMissing.push(entry.sequence);
}

function addAlias(effects: Effects, entry: Entry, body: AliasBody): void {
  const former = fittingIndex(entry.holders, 0, body.formerCommitment);
  const present = fittingIndex(entry.holders, 1, body.presentCommitment);
  if (former && present)
    effects.aliases.push({ former: indexKey(former), present: indexKey(present), sequence: entry.sequence });
  else effects.sideMissing.push(entry.sequence);
}

function addErased(effects: Effects, body: ErasedBody): void {
  effects.erased.push({ sequence: Number(body.sequence), holderNumbers: body.holderNumbers });
}
