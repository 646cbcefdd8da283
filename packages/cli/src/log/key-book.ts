import { collectSnapshot, openSnapshot, trustFromJson } from '@lianzheng/enrolment';
import { parseVerifierKey } from '@lianzheng/note';
import { CatalogServiceService, ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { type CatalogObject, LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { createRegistry, type Registry, ROOT_LOG } from '@lianzheng/registry';
import { CheckFailed, WrongUse } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { isObject, parseJson, readText } from '../input.ts';
import type { Io } from '../io.ts';
import { option } from '../options.ts';
import type { Session } from '../session.ts';

/** The keys that signatures are checked with, and where they come from: an answer is worth no more than its keys. */
export type KeyBook = {
  keysOf(node: string, log: string): readonly LogKey[];
  witnesses(): readonly LogKey[];
  /** Chinese / English. */
  readonly source: string;
};

export const keysOption = {
  keys: option(
    'FILE',
    '验签公钥：节点文件夹里的 trust.json、LogKey 的 JSON 数组，或 C2SP 公钥行；默认取自所问节点的目录',
    "keys to verify with: a node's trust.json, a JSON array of LogKey, or C2SP verifier keys; by default those of the asked node's catalogue",
  ),
};

/**
 * With --keys: pinned keys; the other nodes' are then taken from the province's catalogue log, verified against them.
 * Else whatever the asked node's catalogue says.
 */
export async function keyBookFor(flags: Flags, io: Io, session: Session): Promise<KeyBook> {
  const file = flags.text('keys');
  if (file === undefined) return catalogueKeys(session);
  const pinned = await readKeys(io, file);
  const province = pinned.find(({ log }) => log === ROOT_LOG)?.node;
  return province === undefined ? bookOf(pinned, file) : pinnedCatalogueKeys(session, province, pinned, file);
}

export function bookOf(keys: readonly LogKey[], source: string): KeyBook {
  return {
    keysOf: (node, log) => keys.filter((key) => key.node === node && key.log === log),
    witnesses: () => keys.filter(({ log }) => log === 'witness'),
    source,
  };
}

/** Keys of a file alone, without any node: of a trust.json also those in the catalogue as it was at enrolment. */
export async function offlineKeyBook(io: Io, path: string): Promise<KeyBook> {
  const json = await readText(io, path).then((text) =>
    text.trim().startsWith('{') ? parseJson(text, path) : {},
  );
  if (!isObject(json) || !isObject(json.catalogue)) return bookOf(await readKeys(io, path), path);
  const { pinnedKeys, catalogue } = trustFromJson(json);
  const province = pinnedKeys.find(({ log }) => log === ROOT_LOG)?.node;
  if (province === undefined || catalogue.checkpoints.length === 0) return bookOf(pinnedKeys, path);
  const objects = openSnapshot(catalogue, province, pinnedKeys);
  return registryKeys(province, objects, pinnedKeys, `${path}，入网时的目录 / the catalogue at enrolment`);
}

/** Throws WrongUse where the file holds no keys. */
export async function readKeys(io: Io, path: string): Promise<LogKey[]> {
  const text = (await readText(io, path)).trim();
  const keys = /^[[{]/.test(text)
    ? keysOfJson(parseJson(text, path), path)
    : text.split(/\r?\n/).map(keyOfLine);
  if (keys.length === 0) throw new WrongUse(`${path} 里没有公钥 / holds no key`);
  return keys;
}

function keysOfJson(json: unknown, path: string): LogKey[] {
  const list = isObject(json) ? json.pinnedKeys : json;
  if (!Array.isArray(list))
    throw new WrongUse(`${path} 应为 trust.json 或 LogKey 的数组 / must be trust.json or an array of LogKey`);
  return list.map((key) => LogKey.fromJSON(key));
}

/** `lianzheng/440100/status/1+<id>+<key>`; the name tells node and log. */
function keyOfLine(line: string): LogKey {
  const { name, publicKey } = parseVerifierKey(line);
  const [, node = '', log = ''] = name.split('/');
  return { node, log, name, publicKey, fromSize: 0n, toSize: 0n, endorsement: Buffer.alloc(0) };
}

/** Keys for a department, which may not read logs: those of the file as they stand there, or its node's catalogue. */
export function departmentKeyBook(flags: Flags, io: Io, session: Session): Promise<KeyBook> {
  const file = flags.text('keys');
  return file === undefined ? catalogueKeys(session) : offlineKeyBook(io, file);
}

async function catalogueKeys(session: Session): Promise<KeyBook> {
  const catalogue = session.client('catalog', CatalogServiceService);
  const list = async (kind: ObjectKind) =>
    (await catalogue.listObjects({ kind, node: '', allVersions: false }, session.call)).objects;
  const [nodes, keys] = await Promise.all([list(ObjectKind.NODE), list(ObjectKind.LOG_KEY)]);
  const province = (nodes[0] ?? keys[0])?.node;
  if (province === undefined)
    throw new CheckFailed(`节点 ${session.node} 的目录里没有登记公钥 / its catalogue has no keys`);
  const source = `节点 ${session.node} 的目录 / the catalogue of ${session.node}`;
  return registryKeys(province, [...nodes, ...keys], [], source);
}

async function pinnedCatalogueKeys(
  session: Session,
  province: string,
  pinned: readonly LogKey[],
  file: string,
): Promise<KeyBook> {
  const logs = session.client('exchange', LogServiceService);
  const log = { node: province, log: 'catalog', generation: 0 };
  const snapshot = await collectSnapshot(logs.getSnapshot({ log, from: 0n }, session.stream));
  const objects = openSnapshot(snapshot, province, pinned);
  const source = `${file} 与由它验证的省级目录 / and the province's catalogue verified by it`;
  return registryKeys(province, objects, pinned, source);
}

function registryKeys(
  province: string,
  objects: readonly CatalogObject[],
  pinnedKeys: readonly LogKey[],
  source: string,
): KeyBook {
  const registry: Registry = createRegistry({ province, pinnedKeys });
  registry.apply(objects);
  return {
    keysOf: (node, log) => registry.logKeys(node, log),
    witnesses: () => registry.nodes().flatMap(({ node }) => registry.logKeys(node, 'witness')),
    source,
  };
}
