import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadFonts } from '../fonts/load.ts';
import { prepareFonts } from '../fonts/prepare.ts';
import { sumOf } from '../src/font/glyph.ts';
import { checkText, createFindGlyph, openFont, subsetOf } from '../src/font/index.ts';
import { glyphBytes } from '../src/font/sfnt.ts';

await prepareFonts();
const stack = await loadFonts();
const find = createFindGlyph(stack);
const has = (code: number) => stack.regular.some((family) => family.glyphOf(code) !== undefined);

/**
 * GB 18030-2022 level 1 holds the ideographs of the main block and of extension A, level 2 besides 196 characters of
 * 通用规范汉字表 beyond them, all in the extensions B to E. No list of the 196 is at hand: whole blocks are tested, which
 * contain them. Ends of blocks as in Unicode 11, the version of that standard.
 */
const BLOCKS: [name: string, first: number, last: number, missing: number[]][] = [
  ['main block', 0x4e00, 0x9fff, [0x9feb, 0x9fec, 0x9fed, 0x9fee, 0x9fef]],
  ['extension A', 0x3400, 0x4dbf, []],
  ['extension B', 0x20000, 0x2a6d6, []],
  ['extension C', 0x2a700, 0x2b734, []],
  ['extension D', 0x2b740, 0x2b81d, []],
  ['extension E', 0x2b820, 0x2cea1, []],
  ['extension F', 0x2ceb0, 0x2ebe0, []],
  ['ASCII', 0x20, 0x7e, []],
  ['fullwidth forms', 0xff01, 0xff5e, []],
];
for (const [name, first, last, missing] of BLOCKS)
  test(`every character of ${name} has an outline${missing.length ? ` but ${missing.length} known ones` : ''}`, () => {
    const found: number[] = [];
    for (let code = first; code <= last; code++) if (!has(code)) found.push(code);
    assert.deepEqual(found, missing);
  });

test('middle dots, CJK punctuation and the compatibility ideographs of GBK', () => {
  const more = '·・•、。〈〉《》「」『』【】〔〕…—“”‘’〇℃％／（）［］｛｝！？；：，．￥～';
  const compatibility = [
    0xf92c, 0xf979, 0xf995, 0xf9e7, 0xf9f1, 0xfa0c, 0xfa0d, 0xfa0e, 0xfa0f, 0xfa11, 0xfa13, 0xfa14, 0xfa18,
    0xfa1f, 0xfa20, 0xfa21, 0xfa23, 0xfa24, 0xfa27, 0xfa28, 0xfa29,
  ];
  for (const code of [...[...more].map((c) => c.codePointAt(0)!), ...compatibility])
    assert.ok(has(code), code.toString(16));
});

test('a character without a font is named with its code point and field', () => {
  assert.throws(() => find(0x9feb, 'bold', 'CZZT'), /CZZT.*鿫.*U\+9FEB/);
});

test('what is no character to be shown is refused, what is rare is not', () => {
  for (const bad of [
    '\ud842',
    'a\u0000',
    '\ue000',
    '\u{f0000}',
    '\u{10ffff}',
    '\u200b',
    '\u202e',
    '\u0378',
    '\ufeff',
  ])
    assert.throws(() => checkText(`张${bad}`, 'f'), /f: .*U\+/);
  for (const good of ['𠮷野', '𬱖', '买买提·艾力', '㐀鿃', 'é', '가']) checkText(good, 'f');
});

test('a subset is a font: its sums are right, its glyphs are those of the source', () => {
  const [noto, , hanaB] = stack.regular;
  const codes = fc.uniqueArray(
    fc.oneof(
      fc.integer({ min: 0x4e00, max: 0x9fa5 }),
      fc.integer({ min: 0x20, max: 0x7e }),
      fc.integer({ min: 0x20000, max: 0x2a6d6 }),
    ),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(codes, fc.constantFrom(noto!, hanaB!), (list, family) => {
      const own = list.filter((code) => family.glyphOf(code)).sort((a, b) => a - b);
      const bytes = subsetOf(family, own);
      assert.equal(sumOf(bytes), 0xb1b0afba);
      const font = openFont(bytes, 'subset');
      assert.deepEqual(
        [...font.codes.keys()].sort((a, b) => a - b),
        own,
      );
      for (const code of own) {
        const glyph = family.glyphOf(code)!;
        if (glyph.parts.length === 0) assert.ok(glyphBytes(font, font.codes.get(code)!).equals(glyph.bytes));
      }
    }),
    { numRuns: 60 },
  );
});
