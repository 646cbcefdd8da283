import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { EnrolmentError } from './errors.ts';
import { readJson, writeJson } from './files.ts';
import { layoutOf } from './layout.ts';

/** A JSON array of lianzheng.catalog.v1.LogKey, the offline root (log `root`) among them. */
export async function writePinnedKeys(dir: string, keys: readonly LogKey[]): Promise<void> {
  await writeJson(
    layoutOf(dir).pinnedKeysFile,
    keys.map((key) => LogKey.toJSON(key)),
    'public',
  );
}

export async function readPinnedKeys(dir: string): Promise<LogKey[]> {
  return parseKeys(await readJson(layoutOf(dir).pinnedKeysFile));
}

export function parseKeys(json: unknown): LogKey[] {
  if (!Array.isArray(json)) throw new EnrolmentError('malformed', 'not a list of log keys');
  return json.map((key) => LogKey.fromJSON(key));
}
