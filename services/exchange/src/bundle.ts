import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { Entry } from '@lianzheng/proto/log/v1/log';
import type { Item } from './follow/judge.ts';
import { checkpointItem, entryItem } from './follow/log-copy.ts';

/** What of the enrolment bundle concerns exchange (logs.md §8): from it alone a node starts, with no connection. */
export type Bundle = {
  /** Log keys that are trusted before any catalogue was read: the province's. */
  pinnedKeys: LogKey[];
  /** The province's catalogue log, to be verified like any record. */
  catalogue: Item[];
};

/**
 * `{ pinnedKeys: [LogKey as proto3 JSON], catalogue: { entries: [base64 of Entry], checkpoints: [base64 of notes] } }`.
 * Throws a sentence that says what is wrong.
 */
export function readBundle(content: unknown): Bundle {
  if (typeof content !== 'object' || content === null) throw new Error('不是对象 not an object');
  const { pinnedKeys = [], catalogue = {} } = content as Record<string, unknown>;
  if (!Array.isArray(pinnedKeys)) throw new Error('pinnedKeys: 不是数组 not an array');
  const { entries = [], checkpoints = [] } = catalogue as Record<string, unknown>;
  return {
    pinnedKeys: pinnedKeys.map((key) => LogKey.fromJSON(key)),
    catalogue: [
      ...bytesOf(entries, 'catalogue.entries').map((bytes) => entryItem(Entry.decode(bytes))),
      ...bytesOf(checkpoints, 'catalogue.checkpoints').map(checkpointItem),
    ],
  };
}

function bytesOf(list: unknown, name: string): Buffer[] {
  if (!Array.isArray(list) || list.some((item) => typeof item !== 'string')) {
    throw new Error(`${name}: 不是 base64 文本的数组 not an array of base64 texts`);
  }
  return list.map((text: string) => Buffer.from(text, 'base64'));
}
