import type { Tx } from '@lianzheng/db';
import { encodeSide, type OwnerSources, type RelayHooks } from '@lianzheng/log';
import { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import type { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { kindOf } from '@lianzheng/registry';
import type { ClientOf } from '@lianzheng/rpc';
import { isMeshError } from '@lianzheng/rpc/errors';
import { objectIn, objectsIn } from './domain/leaf-entries.ts';
import type { Events } from './events.ts';
import { findObjects, putObjects } from './store/objects.ts';

type Own = { node: string; province: string };
type ExchangeCalls = Pick<ClientOf<typeof ExchangeServiceService>, 'findOwnHeads' | 'fetchOwnEntries'>;

// Questions to peers at a start time out after 2 s (logs.md §8); exchange passes them on.
const WITHIN_MS = 3_000;

/** State of the log's entries that a database set back has lost, made again from what others hold (logs.md §2). */
export function recoveryHooks({ node, province }: Own, events: Events): RelayHooks {
  return {
    async recovered(tx, entries) {
      const { objects, skipped } = objectsIn(entries, node, province);
      await putObjects(tx, node, objects);
      for (const { sequence, why } of skipped) events.entrySkipped(node, sequence, why);
      events.objectsRecovered(objects.length);
    },
    async contradictions(tx, waiting) {
      const ids: number[] = [];
      for (const { id, leaf } of waiting) {
        if (!(await isHeld(tx, objectIn(leaf, node, province)))) ids.push(id);
      }
      return ids;
    },
  };
}

/** A version that was recovered with another content is the one that others have seen. */
async function isHeld(tx: Tx, object: CatalogObject | string): Promise<boolean> {
  if (typeof object === 'string') return false;
  const { key, version, node } = object;
  const found = await findObjects(tx, { kind: kindOf(object)!, key, version });
  const held = found.find((one) => one.node === node);
  return held !== undefined && bytesOf(held).equals(bytesOf(object));
}

const bytesOf = (object: CatalogObject) => Buffer.from(CatalogObject.encode(object).finish());

/** Where we ask for our own log after a restart: through exchange, all who follow it. */
export function ownSources(exchange: ExchangeCalls): OwnerSources {
  return {
    async heads(log, signal) {
      try {
        const { notes, answered } = await exchange.findOwnHeads({ log }, { signal, deadlineMs: WITHIN_MS });
        return { notes: notes.map((note) => Buffer.from(note)), answered };
      } catch (error) {
        // Nobody can be asked: then database and memory must agree.
        if (isMeshError(error)) return { notes: [], answered: 0 };
        throw error;
      }
    },
    async *entries(log, from, signal) {
      for (let next = from; ; ) {
        const { entries, checkpoints } = await exchange.fetchOwnEntries(
          { log, from: BigInt(next) },
          { signal },
        );
        if (entries.length === 0) return;
        yield {
          entries: entries.map(({ sequence, leaf, holders }) => ({
            sequence: Number(sequence),
            leaf: Buffer.from(leaf),
            side: encodeSide(holders),
          })),
          checkpoints: checkpoints.map((note) => Buffer.from(note)),
        };
        next = Number(entries.at(-1)!.sequence) + 1;
      }
    },
  };
}
