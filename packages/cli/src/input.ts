import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { WrongUse } from './failure.ts';
import type { Io } from './io.ts';

const MAX_BYTES = 16 << 20;

/** The whole text of a small file, `-` for standard input; throws WrongUse when it is too large or not UTF-8. */
export async function readText(io: Io, path: string): Promise<string> {
  const bytes = await readBytes(io, path, MAX_BYTES);
  if (!isUtf8(bytes)) throw new WrongUse(`${path} 不是 UTF-8 文本 / is not UTF-8 text`);
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

export async function readBytes(io: Io, path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of path === '-' ? io.stdin : createReadStream(path)) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > maxBytes)
      throw new WrongUse(`${path} 超过 ${maxBytes} 字节 / is larger than that many bytes`);
  }
  return Buffer.concat(chunks);
}

/** No request nests so deeply; what walks a value by recursion may rely on it. */
const MAX_DEPTH = 100;

export function parseJson(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WrongUse(`${where} 不是有效的 JSON / is not JSON: ${(error as Error).message}`);
  }
  if (isDeeperThan(value, MAX_DEPTH))
    throw new WrongUse(`${where} 嵌套超过 ${MAX_DEPTH} 层 / nests more than ${MAX_DEPTH} levels deep`);
  return value;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export async function readJsonObject(io: Io, path: string): Promise<JsonObject> {
  const json = parseJson(await readText(io, path), path);
  if (!isObject(json)) throw new WrongUse(`${path} 应为 JSON 对象 / must be a JSON object`);
  return json;
}
