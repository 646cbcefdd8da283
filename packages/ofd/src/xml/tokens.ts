import { ILLEGAL } from './characters.ts';
import { type Reader, readName, skipSpace } from './reader.ts';

export interface RawAttribute {
  readonly qualified: string;
  readonly prefix: string;
  readonly name: string;
  readonly value: string;
}

/** Attributes up to the `/` or `>` of a start tag. */
export function readAttributes(reader: Reader): RawAttribute[] {
  const attributes: RawAttribute[] = [];
  for (;;) {
    const spaced = skipSpace(reader);
    const character = reader.text[reader.at];
    if (character === '>' || character === '/') return attributes;
    if (!spaced) throw reader.fault('标签有误', 'a malformed tag');
    const [qualified, prefix, name] = readName(reader);
    skipSpace(reader);
    if (reader.text[reader.at++] !== '=') throw reader.fault('属性缺少等号', 'an attribute without =');
    skipSpace(reader);
    attributes.push({ qualified, prefix, name, value: readValue(reader) });
  }
}

function readValue(reader: Reader): string {
  const quote = reader.text[reader.at];
  if (quote !== '"' && quote !== "'") throw reader.fault('属性值缺少引号', 'a value without quotes');
  const end = reader.text.indexOf(quote, ++reader.at);
  if (end < 0) throw reader.fault('属性值未结束', 'a value is not closed');
  const value = decodeReferences(reader, end, true);
  reader.at = end + 1;
  return value;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text up to `end` with its references replaced; in values white space becomes a space (XML 1.0 §3.3.3). */
export function decodeReferences(reader: Reader, end: number, inValue: boolean): string {
  const raw = reader.text.slice(reader.at, end);
  if (inValue ? raw.includes('<') : raw.includes(']]>'))
    throw reader.fault('文本中有未转义的字符', 'an unescaped < or ]]>');
  const spaced = inValue ? raw.replace(/[\n\t]/g, ' ') : raw;
  if (!spaced.includes('&')) return spaced;
  return spaced.replace(
    /&(?:#x([0-9a-fA-F]{1,8})|#([0-9]{1,8})|([a-z]{2,4}));|&/g,
    (match, hex, decimal, name) => {
      const found = hex
        ? character(parseInt(hex, 16))
        : decimal
          ? character(parseInt(decimal, 10))
          : ENTITIES[name];
      if (found === undefined)
        throw reader.fault('不接受的实体或字符引用', `a reference that is not accepted: ${match}`);
      return found;
    },
  );
}

function character(code: number): string | undefined {
  const found = code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  return found === undefined || ILLEGAL.test(found) ? undefined : found;
}

/** Declaration (at the start), comments, instructions and white space outside of the root. */
export function readMiscellany(reader: Reader, atStart: boolean): void {
  if (atStart && /^<\?xml[ \t\n]/.test(reader.text.slice(0, 6))) readDeclaration(reader);
  for (;;) {
    skipSpace(reader);
    if (reader.text.startsWith('<!--', reader.at)) skipComment(reader);
    else if (reader.text.startsWith('<?', reader.at)) skipInstruction(reader);
    else if (reader.text.startsWith('<!', reader.at)) throw reader.fault('不接受文档类型声明', 'a doctype');
    else return;
  }
}

function readDeclaration(reader: Reader): void {
  const end = reader.text.indexOf('?>');
  const declaration = reader.text.slice(5, Math.max(end, 0));
  const space = '[ \\t\\n]';
  const part = (name: string, value: string) => `${space}+${name}${space}*=${space}*(["'])${value}`;
  const form = new RegExp(
    `^${part('version', '1\\.[0-9]+\\1')}(?:${part('encoding', '(?:utf-8|utf8|us-ascii)\\2')})?(?:${part('standalone', '(?:yes|no)\\3')})?${space}*$`,
    'i',
  );
  if (end < 0 || !form.test(declaration))
    throw reader.fault('XML 声明有误或不是 UTF-8', 'a malformed XML declaration, or not UTF-8');
  reader.at = end + 2;
}

export function skipComment(reader: Reader): void {
  const end = reader.text.indexOf('--', reader.at + 4);
  if (end < 0 || reader.text[end + 2] !== '>') throw reader.fault('注释有误', 'a malformed comment');
  reader.at = end + 3;
}

export function skipInstruction(reader: Reader): void {
  reader.at += 2;
  const [qualified] = readName(reader);
  const end = reader.text.indexOf('?>', reader.at);
  const apart = end === reader.at || /^[ \t\n]/.test(reader.text.slice(reader.at, reader.at + 1));
  if (end < 0 || !apart || /^xml$/i.test(qualified) || qualified.includes(':'))
    throw reader.fault('处理指令有误', 'a malformed processing instruction');
  reader.at = end + 2;
}
