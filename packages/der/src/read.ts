import { DerError } from './errors.ts';
import { isConstructed, tag, tagName } from './tags.ts';

export type Limits = {
  /** Of the whole input. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Of nesting. Default 32. */
  readonly maxDepth?: number;
};

/** One element, a view of the input: nothing is copied. */
export type Element = {
  readonly tag: number;
  /** Identifier, length and content, exactly as they stand in the input: what a signature is made over. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
  readonly offset: number;
  readonly path: string;
  /** How much deeper one may still enter. */
  readonly depthLeft: number;
};

/** A place between the members of one element; the functions below move it. */
export type Cursor = {
  readonly of: Element;
  /** In `of.content`. */
  at: number;
};

const MAX_BYTES = 16 << 20;
const MAX_DEPTH = 32;

/** The one element that `bytes` are. Throws DerError, also for anything after its end. `name` begins every path. */
export function parseDer(
  bytes: Uint8Array,
  name: string,
  { maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH }: Limits = {},
): Element {
  const where = { offset: 0, path: name };
  if (bytes.length > maxBytes) throw new DerError(`${bytes.length} bytes, more than ${maxBytes}`, where);
  const element = elementAt(bytes, 0, 0, name, maxDepth);
  if (element.bytes.length !== bytes.length)
    throw new DerError('bytes after the end', { offset: element.bytes.length, path: name });
  return element;
}

/** A cursor before the first member; the caller names the tag that it expects. */
export function enter(element: Element, identifier: number = tag.sequence): Cursor {
  expectTag(element, identifier);
  if (!isConstructed(element.tag)) throw new DerError(`${tagName(element.tag)} has no members`, element);
  if (element.depthLeft <= 0) throw new DerError('nested too deep', element);
  return { of: element, at: 0 };
}

export function hasMore(cursor: Cursor): boolean {
  return cursor.at < cursor.of.content.length;
}

/** The next member. Its tag is checked here, or by the function that reads its value. */
export function next(cursor: Cursor, name: string, identifier?: number): Element {
  const { of, at } = cursor;
  const base = of.offset + of.bytes.length - of.content.length;
  const path = `${of.path}.${name}`;
  if (!hasMore(cursor)) throw new DerError('missing', { offset: base + at, path });
  const element = elementAt(of.content, at, base, path, of.depthLeft - 1);
  if (identifier !== undefined) expectTag(element, identifier);
  cursor.at = at + element.bytes.length;
  return element;
}

/** The next member if it has this tag: OPTIONAL and DEFAULT. */
export function nextIf(cursor: Cursor, name: string, identifier: number): Element | undefined {
  return cursor.of.content[cursor.at] === identifier ? next(cursor, name) : undefined;
}

/** To be called at the end of a structure that is not extensible. */
export function finish(cursor: Cursor): void {
  if (hasMore(cursor)) throw new DerError('unexpected member', next(cursor, 'end'));
}

/** All members, named by their number. */
export function members(element: Element, identifier: number = tag.sequence): Element[] {
  const cursor = enter(element, identifier);
  const found: Element[] = [];
  while (hasMore(cursor)) found.push(next(cursor, String(found.length)));
  return found;
}

/** The single member of an EXPLICIT tag. */
export function inner(element: Element, name: string): Element {
  const cursor = enter(element, element.tag);
  const only = next(cursor, name);
  finish(cursor);
  return only;
}

export function expectTag(element: Element, identifier: number): void {
  if (element.tag !== identifier)
    throw new DerError(`${tagName(element.tag)} instead of ${tagName(identifier)}`, element);
}

function elementAt(input: Uint8Array, at: number, base: number, path: string, depthLeft: number): Element {
  const where = { offset: base + at, path };
  const identifier = input[at];
  if (identifier === undefined) throw new DerError('no element', where);
  if ((identifier & 0x1f) === 0x1f) throw new DerError('tag number above 30', where);
  const { length, start } = lengthAt(input, at + 1, where);
  if (start + length > input.length) throw new DerError('longer than what contains it', where);
  const end = start + length;
  const content = input.subarray(start, end);
  return { tag: identifier, bytes: input.subarray(at, end), content, offset: base + at, path, depthLeft };
}

/** Definite and minimal (X.690 §10.1); four octets at most, which is more than any limit here. */
function lengthAt(input: Uint8Array, at: number, where: { offset: number; path: string }) {
  const first = input[at];
  if (first === undefined) throw new DerError('no length', where);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count === 0) throw new DerError('indefinite length', where);
  const start = at + 1 + count;
  if (count > 4 || start > input.length) throw new DerError('length too long', where);
  const length = input.subarray(at + 1, start).reduce((sum, octet) => sum * 256 + octet, 0);
  if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('length not minimal', where);
  return { length, start };
}
