import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

const run = promisify(execFile);
const CACHE = path.join(import.meta.dirname, '../../../var/judges/ofd.js');
const PACKAGE = 'ofd.js@0.2.6';
const SHA512 = 'qBC4bD5fC2e+qWg2ap6pajAU1Rl/G6+l6NUxMVgdcXTtjWcdRSYD6e63WGgmKAEuE4fjmntzIXZwODawjWmQuw==';

const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** Debian's Chromium. Throws where none is installed. */
export async function openBrowser(): Promise<Browser> {
  for (const executablePath of BROWSERS)
    if (
      await access(executablePath).then(
        () => true,
        () => false,
      )
    )
      return chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
  throw new Error('缺少 Chromium：请安装 / Chromium is missing, install: chromium-headless-shell');
}

/** The bundle of ofd.js, a judge and no dependency: fetched once, with its digest checked. */
export async function ofdJs(): Promise<string> {
  const bundle = path.join(CACHE, 'package/lib/ofd.umd.min.js');
  if (
    !(await access(bundle).then(
      () => true,
      () => false,
    ))
  ) {
    await mkdir(CACHE, { recursive: true });
    await run('npm', ['pack', PACKAGE, '--silent'], { cwd: CACHE });
    const archive = path.join(CACHE, 'ofd.js-0.2.6.tgz');
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (digest !== SHA512) throw new Error(`${PACKAGE}: another file than expected`);
    await run('tar', ['xzf', archive, 'package/lib/ofd.umd.min.js'], { cwd: CACHE });
    await rename(archive, `${archive}.done`);
  }
  return readFile(bundle, 'utf8');
}

/** Shows a document in ofd.js; the page's text, and fonts that the browser refused. */
export async function showOfd(
  page: Page,
  ofd: Uint8Array,
  width = 1_000,
): Promise<{ text: string; refused: string[] }> {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/OTS|font|Failed to decode/i.test(message.text())) refused.push(message.text());
  });
  await page.setContent('<!doctype html><meta charset="utf-8"><body style="margin:0;background:#fff">');
  await page.addScriptTag({ content: await ofdJs() });
  const text = await page.evaluate(
    async ({ base64, screen }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const { ofd: viewer, document } = globalThis as unknown as Window;
      const found = await new Promise<unknown[]>((success, fail) =>
        viewer.parseOfdDocument({ ofd: new File([bytes], 'a.ofd'), success, fail }),
      );
      for (const shown of viewer.renderOfd(screen, found[0])) document.body.append(shown);
      await document.fonts.ready;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return document.body.textContent ?? '';
    },
    { base64: Buffer.from(ofd).toString('base64'), screen: width },
  );
  return { text, refused };
}

interface Viewer {
  parseOfdDocument(task: {
    ofd: File;
    success: (found: unknown[]) => void;
    fail: (error: unknown) => void;
  }): void;
  renderOfd(width: number, found: unknown): unknown[];
}

/** What is used of the page: the repository's types have no DOM. */
interface Window {
  ofd: Viewer;
  document: {
    body: { append(element: unknown): void; textContent: string | null };
    fonts: { ready: Promise<unknown> };
  };
}
