import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { EnrolmentError } from './errors.ts';
import { readJson, writeJson } from './files.ts';
import { layoutOf } from './layout.ts';
import { type CatalogueSnapshot, snapshotFromJson, snapshotToJson } from './snapshot.ts';

/** What a node believes before it has read anything; services get the file as LZ_BUNDLE. */
export type Trust = {
  /** The province's log keys and its offline root (log `root`). */
  readonly pinnedKeys: readonly LogKey[];
  /** The province's catalogue log as it was at enrolment; empty at the province itself. */
  readonly catalogue: CatalogueSnapshot;
};

/** `{ pinnedKeys: [LogKey, proto3 JSON], catalogue: { entries: [base64 of Entry], checkpoints: [base64 of notes] } }` */
export function trustToJson({ pinnedKeys, catalogue }: Trust): Record<string, unknown> {
  return { pinnedKeys: pinnedKeys.map((key) => LogKey.toJSON(key)), catalogue: snapshotToJson(catalogue) };
}

/** Throws EnrolmentError 'malformed'. */
export function trustFromJson(json: unknown): Trust {
  const { pinnedKeys, catalogue } = (json ?? {}) as Record<string, unknown>;
  if (!Array.isArray(pinnedKeys)) throw new EnrolmentError('malformed', 'no list of pinned keys');
  return {
    pinnedKeys: pinnedKeys.map((key) => LogKey.fromJSON(key)),
    catalogue: snapshotFromJson(catalogue),
  };
}

export function writeTrust(dir: string, trust: Trust): Promise<void> {
  return writeJson(layoutOf(dir).trustFile, trustToJson(trust), 'public');
}

export async function readTrust(dir: string): Promise<Trust> {
  return trustFromJson(await readJson(layoutOf(dir).trustFile));
}
