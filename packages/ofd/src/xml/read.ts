import { OfdError } from '../error.ts';
import { ILLEGAL } from './characters.ts';
import type { Element } from './element.ts';
import { XML_LIMITS, type XmlLimits } from './limits.ts';
import { expand } from './names.ts';
import { type Reader, readerOf, readName, skipSpace } from './reader.ts';
import { decodeReferences, readAttributes, readMiscellany, skipComment, skipInstruction } from './tokens.ts';

interface Open {
  readonly qualified: string;
  readonly scope: ReadonlyMap<string, string>;
  readonly children: (Element | string)[];
}

/**
 * The root of an XML 1.0 document in UTF-8. Refused with an OfdError that names `where` and the place: a doctype,
 * entities but the five, whatever is not well-formed or not namespace-well-formed, and what exceeds the limits.
 */
export function readXml(bytes: Uint8Array, where: string, limits: XmlLimits = XML_LIMITS): Element {
  if (bytes.length > limits.size) throw new OfdError(where, 'XML 过大', 'the XML is too large');
  const reader = readerOf(decode(bytes, where), where, limits);
  readMiscellany(reader, true);
  if (reader.text[reader.at] !== '<') throw reader.fault('缺少根元素', 'no root element');
  const root = readElement(reader);
  readMiscellany(reader, false);
  if (reader.at !== reader.text.length) throw reader.fault('根元素之后有内容', 'content after the root');
  return root;
}

function decode(bytes: Uint8Array, where: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new OfdError(where, 'XML 不是 UTF-8', 'the XML is not UTF-8', { cause });
  }
  if (ILLEGAL.test(text)) throw new OfdError(where, 'XML 含非法字符', 'a character that XML does not allow');
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** The element at the reader's place with all that is in it, without recursion. */
function readElement(reader: Reader): Element {
  const { text } = reader;
  const root: (Element | string)[] = [];
  const open: Open[] = [{ qualified: '', scope: new Map([['xml', XML_NAMESPACE]]), children: root }];
  do {
    const { children } = open.at(-1)!;
    const next = text.indexOf('<', reader.at);
    if (next < 0) throw reader.fault('元素未结束', 'an element is not closed');
    if (next > reader.at) addText(reader, children, decodeReferences(reader, next, false));
    reader.at = next;
    const second = text.charCodeAt(next + 1);
    if (second === 0x2f) close(reader, open);
    else if (second === 0x3f) skipInstruction(reader);
    else if (second !== 0x21) start(reader, open);
    else if (text.startsWith('<!--', next)) skipComment(reader);
    else if (text.startsWith('<![CDATA[', next)) addText(reader, children, readCharacterData(reader));
    else throw reader.fault('不接受文档类型声明', 'a doctype or a declaration');
  } while (open.length > 1);
  return root[0] as Element;
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

function addText({ fault }: Reader, children: (Element | string)[], text: string): void {
  if (text === '') return;
  const last = children.length - 1;
  if (typeof children[last] === 'string') children[last] += text;
  else children.push(text);
  if (text.length > 32 << 20) throw fault('文本过长', 'the text is too long');
}

function start(reader: Reader, open: Open[]): void {
  reader.at++;
  const [qualified, prefix, name] = readName(reader);
  const raw = readAttributes(reader);
  const { scope, attributes, uri } = expand(reader, open.at(-1)!.scope, raw, prefix);
  const children: (Element | string)[] = [];
  reader.count(1 + raw.length);
  open.at(-1)!.children.push({ name, uri, attributes, children });
  const { text } = reader;
  if (text[reader.at] === '/') {
    if (text[++reader.at] !== '>') throw reader.fault('标签有误', 'a malformed tag');
  } else {
    open.push({ qualified, scope, children });
    if (open.length > reader.limits.depth + 1) throw reader.fault('元素嵌套过深', 'nested too deep');
  }
  reader.at++;
}

function close(reader: Reader, open: Open[]): void {
  reader.at += 2;
  const [qualified] = readName(reader);
  skipSpace(reader);
  if (reader.text[reader.at] !== '>') throw reader.fault('结束标签有误', 'a malformed end tag');
  if (open.pop()!.qualified !== qualified) throw reader.fault('首尾标签不符', 'start and end tag differ');
  reader.at++;
}

function readCharacterData(reader: Reader): string {
  const end = reader.text.indexOf(']]>', reader.at);
  if (end < 0) throw reader.fault('CDATA 未结束', 'CDATA is not closed');
  const data = reader.text.slice(reader.at + 9, end);
  reader.at = end + 3;
  return data;
}
