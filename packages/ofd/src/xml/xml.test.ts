import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { OfdError } from '../error.ts';
import { document, type Element, element, type Markup, readXml, text, textOf, XML_LIMITS } from './index.ts';

const read = (xml: string | Uint8Array) => readXml(typeof xml === 'string' ? Buffer.from(xml) : xml, 'a.xml');
const legal = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((value) => value.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ''));

type Tree = { name: string; attributes: Record<string, string>; children: (Tree | string)[] };
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name: fc.stringMatching(/^[A-Za-z_证][A-Za-z0-9._照-]{0,8}$/),
    attributes: fc.dictionary(
      fc.stringMatching(/^[A-Za-z][a-z0-9]{0,6}$/).filter((n) => n !== 'xmlns'),
      legal,
      { maxKeys: 4 },
    ),
    children: fc.array(fc.oneof({ maxDepth: 4 }, legal, tie('tree')), { maxLength: 4 }),
  }),
}));
const write = ({ name, attributes, children }: Tree): Markup =>
  element(
    name,
    attributes,
    ...children.map((child) => (typeof child === 'string' ? text(child) : write(child))),
  );
const plain = ({ name, attributes, children }: Element): Tree => ({
  name,
  attributes: { ...Object.fromEntries(attributes) },
  children: children.map((child) => (typeof child === 'string' ? child : plain(child))),
});
/** Neighbouring texts are one, empty ones none. */
const joined = ({ name, attributes, children }: Tree): Tree => ({
  name,
  attributes: { ...attributes },
  children: children.reduce<(Tree | string)[]>((list, child) => {
    if (typeof child !== 'string') list.push(joined(child));
    else if (typeof list.at(-1) === 'string') list[list.length - 1] += child;
    else if (child !== '') list.push(child);
    return list;
  }, []),
});

test('what is written is read back, every legal character', () => {
  fc.assert(
    fc.property(tree, (one) => assert.deepEqual(plain(read(document(write(one)))), joined(one))),
    { numRuns: 500 },
  );
});

test('the writer refuses what XML cannot carry', () => {
  for (const bad of ['\0', '\ud800', 'a\udc00', '\uffff', '\x1b']) {
    assert.throws(() => text(bad), RangeError);
    assert.throws(() => element('a', { b: bad }), RangeError);
  }
});

for (const [name, xml] of Object.entries({
  doctype: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  'unknown entity': '<a>&nbsp;</a>',
  'illegal reference': '<a>&#0;</a>',
  'surrogate reference': '<a>&#xD800;</a>',
  'attribute twice': '<a b="1" b="2"/>',
  'attribute twice by namespace': '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>',
  'undeclared prefix': '<x:a/>',
  'content after the root': '<a/>b',
  'two roots': '<a/><b/>',
  'text before the root': 'b<a/>',
  'tags crossed': '<a><b></a></b>',
  'not closed': '<a><b/>',
  'UTF-16 declared': '<?xml version="1.0" encoding="UTF-16"?><a/>',
  'GBK declared': '<?xml version="1.0" encoding="GBK"?><a/>',
  'bare <': '<a b="<"/>',
  'CDATA end in text': '<a>]]></a>',
  'comment with --': '<a><!-- a -- b --></a>',
  'too deep': '<a>'.repeat(100) + '</a>'.repeat(100),
  'xml instruction inside': '<a><?xml version="1.0"?></a>',
  'control character': '<a>\x01</a>',
}))
  test(`refuses: ${name}`, () => assert.throws(() => read(xml), OfdError));

test('refuses bytes that are not UTF-8, and counts', () => {
  assert.throws(
    () => read(Buffer.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80, 0x3c, 0x2f, 0x61, 0x3e])),
    /UTF-8/,
  );
  assert.throws(() => read(Buffer.from('<a/>', 'utf16le')), OfdError);
  assert.throws(
    () => readXml(Buffer.from(`<a>${'<b/>'.repeat(20)}</a>`), 'a', { ...XML_LIMITS, nodes: 20 }),
    /too many/,
  );
});

test('a mark at the beginning, namespaces, CDATA, references, line ends', () => {
  const root = read(
    '\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<o:a xmlns:o="u" c="x&#10;y\tz"><![CDATA[<&]]>&lt;&#x20BB7;\r\n</o:a>',
  );
  assert.equal(root.uri, 'u');
  assert.equal(root.attributes.get('c'), 'x\ny z');
  assert.equal(textOf(root), '<&<𠮷\n');
});

test('xmllint agrees on what is well-formed', () => {
  const dir = mkdtempSync(join(tmpdir(), 'lz-xml-'));
  const base =
    '<?xml version="1.0"?>\n<o:a xmlns:o="u" b="1&amp;2" o:c=\'x\'><!-- n --><d>t&#65;<![CDATA[e]]></d><?pi f?></o:a>';
  const edit = fc.tuple(
    fc.nat(base.length),
    fc.nat(3),
    fc.constantFrom(
      '',
      '<',
      '>',
      '&',
      '"',
      "'",
      ':',
      '-',
      ']',
      ' ',
      'b="2"',
      '/',
      '?',
      ']]>',
      '=',
      'é',
      '\t',
      '&#9;',
      ';',
      'x',
    ),
  );
  const documents = fc.sample(
    fc
      .array(edit, { minLength: 1, maxLength: 2 })
      .map((edits) =>
        edits.reduce((xml, [at, cut, put]) => xml.slice(0, at) + put + xml.slice(at + cut), base),
      ),
    { numRuns: 600, seed: 7 },
  );
  try {
    const files = documents.map((xml, index) => {
      const file = join(dir, `${index}.xml`);
      writeFileSync(file, xml);
      return file;
    });
    const { stderr } = spawnSync('xmllint', ['--noout', '--nonet', ...files], { encoding: 'utf8' });
    const disagreed = documents.filter((xml, index) => {
      const theirs = !new RegExp(`/${index}\\.xml:\\d+: (parser|namespace) error`).test(stderr);
      return theirs !== accepts(xml) && !/^\s*<!D/.test(xml);
    });
    assert.deepEqual(disagreed, []);
    assert.ok(documents.filter(accepts).length > 20);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

function accepts(xml: string): boolean {
  try {
    read(xml);
    return true;
  } catch (error) {
    assert.ok(error instanceof OfdError);
    return false;
  }
}
