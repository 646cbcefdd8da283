import type { Connection, Database } from '@lianzheng/db';
import { emptyRoot, rootFromTiles } from '@lianzheng/merkle';
import { openNote, parseLogCheckpoint, type Verifier } from '@lianzheng/note';
import type { Logger } from '@lianzheng/runtime';
import type { RelayHooks } from './relay.ts';
import type { CheckpointSigner } from './signer.ts';
import type { LogId, StoredEntry } from './source.ts';
import { type HeadRow, readHead, tileReader } from './store.ts';

/** Where an owner asks for its own log: its topic, the province, followers. */
export type OwnerSources = {
  /** Signed notes of this log that others hold, and how many of those asked answered at all. */
  heads(log: LogId, signal: AbortSignal): Promise<{ notes: Buffer[]; answered: number }>;
  /** Entries from a sequence on with their checkpoints, from whoever has them; ends where nobody has more. */
  entries(log: LogId, from: number, signal: AbortSignal): AsyncIterable<OwnerChunk>;
};

export type OwnerChunk = { entries: StoredEntry[]; checkpoints: Buffer[] };

export type RecoveryOptions = {
  database: Database;
  connection: Connection;
  log: { node: string; log: string };
  head: HeadRow;
  signer: CheckpointSigner;
  sources?: OwnerSources;
  hooks?: RelayHooks;
  logger: Logger;
  signal: AbortSignal;
};

/** A checkpoint of this log that this node's own key signed. */
export type SignedHead = { size: number; root: Buffer; time: Date; note: Buffer; kept: boolean };

/** One recovery, with what it works on. */
export type RecoveryCase = Omit<RecoveryOptions, 'log'> & { log: LogId; verifiers: Verifier[] };

/** The note's head, if it is one of this log and this node's own key signed it. */
export function signedHead({ log, verifiers }: RecoveryCase, note: Buffer): SignedHead | undefined {
  try {
    const { text } = openNote(note, verifiers);
    const { node, log: name, generation, size, root, time, previousSize } = parseLogCheckpoint(text);
    const isOurs = node === log.node && name === log.log && generation === log.generation;
    return isOurs ? { size, root, time, note, kept: previousSize < size } : undefined;
  } catch {
    // Whatever others hold that we did not sign is noise here.
    return undefined;
  }
}

/** What the log must hold: the largest that was signed, as far as memory and others know. */
export type Target = { size: number; root: Buffer; time?: Date };

/** Whether the database's tree has this root at this size. */
export async function holds({ connection, log }: RecoveryCase, { size, root }: Target): Promise<boolean> {
  if (size === 0) return root.equals(emptyRoot());
  const { size: present } = await connection.read(readHead);
  if (present < size) return false;
  const mine = await rootFromTiles(
    size,
    tileReader((fn) => connection.read(fn), log.generation),
  );
  return mine.equals(root);
}
