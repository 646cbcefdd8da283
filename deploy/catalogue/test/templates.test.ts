import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createPress, OfdError, pack, parseTemplate, readOfd, unpack, type Values } from '@lianzheng/ofd';
import { loadFonts } from '@lianzheng/ofd/fonts';
import { prepareFonts } from '@lianzheng/ofd/fonts/prepare';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { readCatalogue } from '../src/index.ts';
import { SAMPLES } from './template-samples.ts';

const FOLDER = path.join(import.meta.dirname, '../templates');
const IDENTIFIER = '1.2.156.3005.2.11440000YH0000026K001.11440100YH1000026K.20260000403.001.U';

await prepareFonts();
const fonts = await loadFonts();
const types = (await readCatalogue()).nodes.flatMap(({ licenceTypes }) => licenceTypes);

function sampleOf(name: string, type: LicenceType): Values {
  return {
    ZZMC: type.name,
    ZZLXDM: type.code,
    ZZBS: IDENTIFIER,
    ZZBFJG: '禾城市样例管理局',
    ZZBFRQ: '2026-11-24',
    ...SAMPLES[name],
  };
}

/** Texts of about half the length that their item allows; names as long and as rare as they occur. */
function longSample(name: string, type: LicenceType): Values {
  const sample = sampleOf(name, type);
  const holders = (sample.CZZT as readonly string[]).map(() => '阿卜杜热合曼·买买提吐尔逊𠮷𬱖㐀');
  const texts = type.items
    .filter((item) => item.shown && (item.maxLength ?? 0) > 5 && typeof sample[item.key] === 'string')
    .map(
      (item) =>
        [
          item.key,
          '龘𪚥鱻、（靐）'.repeat(200).slice(0, Math.min(Math.ceil(item.maxLength! / 2), 400)),
        ] as const,
    )
    .map(([key, text]) => [key, text.toWellFormed().replaceAll('\ufffd', '')] as const);
  return { ...sample, ...Object.fromEntries(texts), CZZT: holders };
}

test('at least eight types have a template', () => {
  assert.ok(new Set(readdirSync(FOLDER).map((file) => file.split('.')[0])).size >= 8);
});

for (const file of readdirSync(FOLDER)) {
  const [name] = file.split('.') as [string];
  const type = types.find(({ templateName }) => templateName === name)!;
  const press = createPress(
    parseTemplate(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')), type),
    fonts,
  );
  const make = (values: Values) => {
    const input = {
      docId: '0'.repeat(32),
      title: type.name,
      createdOn: '2026-11-24',
      sealed: true,
      metadata: [],
      content: { values, code: IDENTIFIER },
    };
    const ofd = pack(press.make(input), press.parts);
    return {
      ofd,
      text: readOfd(unpack(ofd))
        .pages[0]!.layers[1]!.texts.map((one) => one.text)
        .join(''),
    };
  };
  const plain = (value: string) =>
    value
      .replaceAll(/[\s\n]/g, '')
      .replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$1年$2月$3日')
      .replace(/^(\d\d):(\d\d)$/, '$1时$2分');

  test(`${file}: every value of the face stands on the page`, () => {
    const sample = sampleOf(name, type);
    const { text, ofd } = make(sample);
    const shown = new Set(press.template.items.map(({ key }) => key));
    for (const [key, value] of Object.entries(sample).filter(([key]) => shown.has(key)))
      for (const one of typeof value === 'string' ? [value] : value!)
        assert.ok(text.replaceAll(/\s/g, '').includes(plain(one)), `${key}: ${one}`);
    assert.ok(ofd.length <= 60 << 10, `${ofd.length} bytes`);
  });

  test(`${file}: long and rare values are set whole`, () => {
    const long = longSample(name, type);
    const { text } = make(long);
    for (const item of press.template.items) {
      const value = long[item.key];
      if (typeof value === 'string') assert.ok(text.replaceAll(/\s/g, '').includes(plain(value)), item.key);
    }
  });

  test(`${file}: what cannot fit is an error that names the item`, () => {
    const item = press.template.items.find(({ key, format }) => key === 'CZZT' && format === 'text')!;
    assert.throws(
      () => make({ ...sampleOf(name, type), CZZT: Array(20).fill('字'.repeat(2_000)) }),
      (error) => error instanceof OfdError && error.where === item.key,
    );
  });
}
