import type { Reader } from './reader.ts';
import type { RawAttribute } from './tokens.ts';

const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/** Prefix → namespace; '' is the default one. */
type Scope = ReadonlyMap<string, string>;

/** Namespace of the element, its attributes by expanded name, and the scope of what is in it. */
export function expand(
  reader: Reader,
  outer: Scope,
  raw: readonly RawAttribute[],
  prefix: string,
): { scope: Scope; uri: string; attributes: Map<string, string> } {
  const scope = declared(reader, outer, raw);
  const attributes = new Map<string, string>();
  const names = new Set<string>();
  for (const { qualified, prefix: own, name, value } of raw) {
    if (names.has(qualified)) throw reader.fault(`属性重复：${qualified}`, `attribute twice: ${qualified}`);
    names.add(qualified);
    if (isDeclaration(qualified, own)) continue;
    const key = own === '' ? name : `{${uriOf(reader, scope, own)}}${name}`;
    if (attributes.has(key)) throw reader.fault(`属性重复：${qualified}`, `attribute twice: ${qualified}`);
    attributes.set(key, value);
  }
  return { scope, uri: prefix === '' ? (scope.get('') ?? '') : uriOf(reader, scope, prefix), attributes };
}

function declared(reader: Reader, outer: Scope, raw: readonly RawAttribute[]): Scope {
  const found = raw.filter(({ qualified, prefix }) => isDeclaration(qualified, prefix));
  if (found.length === 0) return outer;
  const scope = new Map(outer);
  for (const { prefix, name, value } of found) {
    const bound = prefix === '' ? '' : name;
    const reserved =
      (bound === 'xml') !== (value === XML_NAMESPACE) || bound === 'xmlns' || value === XMLNS_NAMESPACE;
    if (reserved || (bound !== '' && value === '') || /\s/.test(value))
      throw reader.fault('命名空间声明有误', 'a malformed namespace declaration');
    scope.set(bound, value);
  }
  return scope;
}

function isDeclaration(qualified: string, prefix: string): boolean {
  return prefix === 'xmlns' || qualified === 'xmlns';
}

function uriOf(reader: Reader, scope: Scope, prefix: string): string {
  const uri = scope.get(prefix);
  if (uri === undefined) throw reader.fault(`未声明的前缀：${prefix}`, `undeclared prefix: ${prefix}`);
  return uri;
}
