import { OfdError } from '../error.ts';
import { qualifiedName } from './characters.ts';
import type { XmlLimits } from './limits.ts';

/** A place in a text that moves forward. */
export interface Reader {
  readonly text: string;
  readonly limits: XmlLimits;
  readonly nameMatcher: RegExp;
  at: number;
  /** Counts nodes against the limit. */
  count(nodes: number): void;
  /** An error at the present place. */
  fault(zh: string, en: string): OfdError;
}

export function readerOf(text: string, where: string, limits: XmlLimits): Reader {
  let nodes = 0;
  const reader: Reader = {
    text,
    limits,
    nameMatcher: qualifiedName(),
    at: 0,
    count(more) {
      nodes += more;
      if (nodes > limits.nodes) throw reader.fault('元素和属性过多', 'too many elements and attributes');
    },
    fault: (zh, en) => {
      const line = text.slice(0, reader.at).split('\n').length;
      return new OfdError(where, `第${line}行：${zh}`, `line ${line}: ${en}`);
    },
  };
  return reader;
}

/** Qualified name, prefix ('' for none) and local name. */
export function readName(reader: Reader): [qualified: string, prefix: string, name: string] {
  reader.nameMatcher.lastIndex = reader.at;
  const match = reader.nameMatcher.exec(reader.text);
  if (!match) throw reader.fault('名称有误', 'a malformed name');
  reader.at += match[0].length;
  if (reader.text[reader.at] === ':') throw reader.fault('名称含多个冒号', 'a name with a colon too many');
  return [match[0], match[1] ?? '', match[2]!];
}

/** Whether there was white space. */
export function skipSpace(reader: Reader): boolean {
  const from = reader.at;
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x09) return reader.at > from;
    reader.at++;
  }
}
