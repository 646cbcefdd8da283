import type { Tx } from '@lianzheng/db';
import type { RelayHooks } from '@lianzheng/log';
import { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { kindOf } from '@lianzheng/registry';
import type { Events } from './events.ts';
import { objectIn, objectsIn } from './leaf-entries.ts';
import { findObjects, putObjects } from './store/objects.ts';

type Own = { node: string; province: string };

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
