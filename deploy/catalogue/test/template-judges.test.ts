// Other people's software reads every template's sample: ofdrw, and ofd.js in Chromium.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createPress, pack, parseTemplate, readOfd, unpack } from '@lianzheng/ofd';
import { loadFonts } from '@lianzheng/ofd/fonts';
import { prepareFonts } from '@lianzheng/ofd/fonts/prepare';
import { ofdrw, openBrowser, showOfd } from '@lianzheng/ofd/judge';
import { readCatalogue } from '../src/index.ts';
import { SAMPLES } from './template-samples.ts';

const FOLDER = path.join(import.meta.dirname, '../templates');
const dir = mkdtempSync(path.join(tmpdir(), 'lz-judges-'));
after(() => rmSync(dir, { recursive: true }));

await prepareFonts();
const fonts = await loadFonts();
const types = (await readCatalogue()).nodes.flatMap(({ licenceTypes }) => licenceTypes);

const documents = readdirSync(FOLDER).map((file) => {
  const name = file.split('.')[0]!;
  const template = parseTemplate(
    JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')),
    types.find((type) => type.templateName === name)!,
  );
  const press = createPress(template, fonts, { mark: '样本' });
  const content = { values: SAMPLES[name]!, code: '1.2.156.3005.2' };
  const ofd = pack(
    press.make({
      docId: '0'.repeat(32),
      title: template.title,
      createdOn: '2026-11-24',
      metadata: [],
      sealed: false,
      content,
    }),
    press.parts,
  );
  const place = path.join(dir, `${file}.ofd`);
  writeFileSync(place, ofd);
  const [fixed, own] = readOfd(unpack(ofd)).pages[0]!.layers.map(({ texts }) =>
    texts.map(({ text }) => text),
  );
  return { file, ofd, place, fixed: fixed!, own: own! };
});

test('ofdrw reads the text of every document and draws a page with the embedded fonts', async () => {
  const judge = await ofdrw();
  const lines = (await judge('read', ...documents.map(({ place }) => place))).trim().split('\n');
  for (const [index, { file, own }] of documents.entries()) {
    const [pages, text] = lines[index]!.split(' ');
    assert.equal(pages, '1', file);
    assert.equal(Buffer.from(text!, 'base64').toString(), own.join(''), file);
  }
  await judge('draw', documents[0]!.place, path.join(dir, 'drawn'));
  assert.ok(readFileSync(path.join(dir, 'drawn/0.png')).length > 50_000);
});

test('a document that ofdrw makes is read by us', async () => {
  const judge = await ofdrw();
  const place = path.join(dir, 'theirs.ofd');
  await judge('make', place, '你好，联证');
  const document = readOfd(unpack(readFileSync(place)));
  assert.equal(
    document.pages[0]!.layers.flatMap(({ texts }) => texts.map(({ text }) => text)).join(''),
    '你好，联证',
  );
});

test('ofd.js shows the text of every document', async () => {
  const browser = await openBrowser();
  try {
    for (const { file, ofd, fixed, own } of documents) {
      const page = await browser.newPage();
      const { text, refused } = await showOfd(page, ofd);
      for (const one of [...fixed, ...own])
        assert.ok(text.replaceAll(/\s/g, '').includes(one.replaceAll(/\s/g, '')), `${file}: ${one}`);
      assert.deepEqual(refused, []);
      await page.close();
    }
  } finally {
    await browser.close();
  }
});

test("Chromium's font sanitiser accepts every embedded font", async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    for (const { file, ofd } of documents)
      for (const [name, bytes] of unpack(ofd)) {
        if (!name.endsWith('.ttf')) continue;
        const status = await page.evaluate(async (base64) => {
          const { FontFace } = globalThis as unknown as {
            FontFace: new (name: string, source: string) => { load(): Promise<{ status: string }> };
          };
          return (await new FontFace('f', `url(data:font/ttf;base64,${base64})`).load()).status;
        }, Buffer.from(bytes).toString('base64'));
        assert.equal(status, 'loaded', `${file} ${name}`);
      }
  } finally {
    await browser.close();
  }
});
