import { IdentifierError, parseIdentifier } from '@lianzheng/identifier';
import type { Invocation } from './command.ts';
import { WrongUse } from './failure.ts';
import { type JsonObject, readJsonObject } from './input.ts';
import { type Codec, mergeRequests, readMessage } from './message.ts';

export type RequestParts = {
  /** What the flags say: counts over the file. */
  readonly flags: JsonObject;
  /** Counts only where neither flags nor file say anything. */
  readonly defaults?: JsonObject;
};

/** A request of defaults, --file and flags, checked against its proto. Throws WrongUse that names the field. */
export async function readRequest<T>(
  { flags, io }: Invocation,
  name: string,
  codec: Codec<T>,
  { flags: fromFlags, defaults = {} }: RequestParts,
): Promise<T> {
  const file = flags.text('file');
  const fromFile = file === undefined ? {} : await readJsonObject(io, file);
  const json = await mergeRequests(name, await mergeRequests(name, defaults, fromFile), fromFlags);
  return readMessage(name, codec, json);
}

/** What an identifier says; throws WrongUse where it is none. */
export function identifierParts(text: string) {
  if (text === '') throw new WrongUse('缺少证照标识 / missing the identifier');
  try {
    return parseIdentifier(text);
  } catch (error) {
    if (error instanceof IdentifierError)
      throw new WrongUse(`证照标识有误 / the identifier: ${error.message}`);
    throw error;
  }
}

/** `KEY=VALUE` flags as an object; throws WrongUse for another form or a key given twice. */
export function pairs(flag: string, list: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const text of list) {
    const at = text.indexOf('=');
    const key = text.slice(0, at);
    if (at < 1 || Object.hasOwn(result, key))
      throw new WrongUse(`--${flag} 应为 键=值，每个键一次 / must be KEY=VALUE, each key once: ${text}`);
    result[key] = text.slice(at + 1);
  }
  return result;
}
