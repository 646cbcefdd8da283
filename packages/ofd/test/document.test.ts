import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadFonts } from '../fonts/load.ts';
import { prepareFonts } from '../fonts/prepare.ts';
import { createPress, OfdError, pack, parseTemplate, readOfd, svgOf, unpack } from '../src/index.ts';

await prepareFonts();
const fonts = await loadFonts();
const face = {
  items: [
    { key: 'scope', shown: true },
    { key: 'on', shown: true },
  ],
  sealNames: ['甲章'],
};
const json = {
  name: 'a',
  title: '证',
  page: { width: 100, height: 60 },
  frame: [{ shape: 'braid', box: [1, 1, 98, 58], width: 4, strands: 3, stroke: '#aa8844' }],
  labels: [{ text: '许可证', box: [10, 6, 80, 10], size: 6, weight: 'bold', align: 'center' }],
  items: [
    { key: 'CZZT', box: [10, 20, 60, 12], size: 4, minSize: 1.5 },
    { key: 'scope', box: [10, 32, 60, 12], size: 4, minSize: 1.5, align: 'justify' },
    { key: 'on', box: [10, 46, 60, 5], size: 4, format: 'date' },
  ],
  code: [72, 20, 20, 20],
  seals: [{ name: '甲章', box: [70, 40, 18, 18] }],
};
const press = createPress(parseTemplate(json, face), fonts);
const input = (values: Record<string, string | string[]>) => ({
  docId: 'ab'.repeat(16),
  title: '许可证',
  createdOn: '2026-11-24',
  sealed: true,
  metadata: [
    ['CZZT', '甲'],
    ['CZZT', '乙'],
    ['KZ_scope', '<&">'],
  ] as [string, string][],
  content: { values, code: '1.2.3' },
});
const shown = (bytes: Buffer) =>
  readOfd(unpack(bytes))
    .pages[0]!.layers[1]!.texts.map(({ text }) => text)
    .join('');

test('the same input gives the same bytes, and what was put in is read', () => {
  const make = () =>
    pack(
      press.make(input({ CZZT: ['买买提·艾力', '𠮷野𬱖'], scope: 'a<b>&c', on: '2026-01-02' })),
      press.parts,
    );
  assert.ok(make().equals(make()));
  const document = readOfd(unpack(make()));
  assert.deepEqual(document.info.metadata, [
    ['CZZT', '甲'],
    ['CZZT', '乙'],
    ['KZ_scope', '<&">'],
  ]);
  assert.equal(shown(make()), '买买提·艾力、𠮷野𬱖a<b>&c2026年01月02日');
  assert.deepEqual(document.signatures, { location: 'Doc_0/Signs/Signatures.xml', signatures: [] });
  assert.equal(document.attachments[0]!.location, 'Doc_0/Attachs/metadata.xml');
});

test('any text of the fonts stands whole on the page, or its field is named', () => {
  const character = fc.oneof(
    fc.integer({ min: 0x4e00, max: 0x9fa5 }),
    fc.integer({ min: 0x20, max: 0x7e }),
    fc.integer({ min: 0x20000, max: 0x2a6d6 }),
  );
  fc.assert(
    fc.property(
      fc.array(character, { maxLength: 250 }).map((codes) => String.fromCodePoint(...codes)),
      (text) => {
        try {
          const found = shown(pack(press.make(input({ scope: text })), press.parts));
          // spaces at the end of a line go
          assert.equal(found.replaceAll(' ', ''), text.replaceAll(' ', ''));
        } catch (error) {
          assert.ok(error instanceof OfdError && error.where === 'scope', String(error));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('errors name the field: too long, no font, no character, wrong date', () => {
  const fails = (values: Record<string, string>, pattern: RegExp) =>
    assert.throws(() => press.make(input(values)), pattern);
  fails({ scope: '字'.repeat(2_000) }, /^OfdError: scope: .*does not fit/);
  fails({ scope: '\u9feb' }, /scope: .*U\+9FEB/);
  fails({ scope: 'a\ue000' }, /scope: .*U\+E000/);
  fails({ on: '2026-1-2' }, /on: .*yyyy-MM-dd/);
});

for (const [what, change, where] of [
  ['an unknown field', { colour: 1 }, 'colour'],
  ['an unknown key', { items: [...json.items, { key: 'no', box: [1, 1, 2, 2], size: 1 }] }, 'items[3].key'],
  ['an item not placed', { items: json.items.slice(0, 2) }, 'items'],
  ['a box beyond the page', { code: [90, 50, 20, 20] }, 'code'],
  ['a seal without a place', { seals: [] }, 'seals'],
  ['a wrong type', { labels: [{ text: 1, box: [1, 1, 2, 2], size: 1 }] }, 'labels[0].text'],
  ['a wrong colour', { frame: [{ shape: 'rect', box: [1, 1, 2, 2], stroke: 'red' }] }, 'frame[0].stroke'],
] as const)
  test(`a template is refused with its path: ${what}`, () => {
    assert.throws(
      () => parseTemplate({ ...json, ...change }, face),
      (error) => error instanceof OfdError && error.where === where,
    );
  });

test('all XML is well-formed, the SVG too', () => {
  const values = { scope: 'a<b>&"c', on: '2026-01-02' };
  const files = [...press.make(input(values))]
    .filter(([name]) => name.endsWith('.xml'))
    .map(([, bytes]) => Buffer.from(bytes));
  files.push(Buffer.from(svgOf(press.draw(input(values)), new Map())));
  for (const bytes of files) {
    const { status, stderr, error } = spawnSync('xmllint', ['--noout', '--nonet', '-'], { input: bytes });
    assert.ifError(error);
    assert.equal(status, 0, String(stderr));
  }
});

test('reading names the file and the element', () => {
  const entries = () => press.make(input({}));
  const changed = (name: string, from: string, to: string) => {
    const all = entries();
    all.set(name, Buffer.from(Buffer.from(all.get(name)!).toString().replace(from, to)));
    return () => readOfd(all);
  };
  assert.throws(changed('OFD.xml', 'Doc_0/Document.xml', '../Document.xml'), /OFD.xml DocRoot.*not accepted/);
  assert.throws(changed('OFD.xml', 'Doc_0/Document.xml', 'Doc_1/Document.xml'), /no such file: Doc_1/);
  assert.throws(changed('Doc_0/Document.xml', 'Pages/Page_0', 'Pages/Page_7'), /Document.xml Page.*Page_7/);
  assert.throws(
    changed('Doc_0/Pages/Page_0/Content.xml', 'TemplateID="2"', 'TemplateID="9"'),
    /no template page 9/,
  );
  assert.throws(changed('Doc_0/PublicRes.xml', 'font_0.ttf', 'font_9.ttf'), /font_9/);
});
