// node packages/ofd/fonts/prepare.ts [FOLDER]: plain TrueType files for the fonts of documents, in var/fonts unless told otherwise.
import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { fromWoff } from '../src/font/index.ts';
import { FONT_FOLDER } from './load.ts';

const HANAZONO = '/usr/share/fonts/truetype/hanazono';
const run = promisify(execFile);

/** Makes the folder complete; does nothing where it is so already. Safe when two processes do it at once. */
export async function prepareFonts(folder = FONT_FOLDER): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const weight of [400, 700])
    await once(folder, `noto-serif-sc-${weight}`, (to) => decodeSlices(weight, to));
  await once(folder, 'hanazono', copyHanazono);
}

async function once(folder: string, name: string, make: (to: string) => Promise<void>): Promise<void> {
  const target = path.join(folder, name);
  if (await exists(target)) return;
  const making = await mkdtemp(path.join(folder, `.${name}-`));
  try {
    await make(making);
    await rename(making, target);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    // Another process was quicker.
    if (!(await exists(target))) throw error;
  }
}

/** Slice 4 … 119 and latin; their order is theirs, each character stands in one of them. */
async function decodeSlices(weight: number, to: string): Promise<void> {
  const css = import.meta.resolve('@fontsource/noto-serif-sc/400.css');
  const files = new URL('./files/', css);
  const slice = new RegExp(`^noto-serif-sc-(\\d+|latin)-${weight}-normal\\.woff$`);
  const names = (await readdir(files)).filter((name) => slice.test(name));
  if (names.length < 50)
    throw new Error(`Noto Serif SC ${weight}: only ${names.length} slices in its npm package`);
  for (const name of names) {
    const number = slice.exec(name)![1]!.padStart(3, '0');
    await writeFile(path.join(to, `${number}.ttf`), fromWoff(await readFile(new URL(name, files)), name));
  }
}

/** From the installed Debian package, or from the package fetched and unpacked without root. */
async function copyHanazono(to: string): Promise<void> {
  const fetched = await mkdtemp(path.join(tmpdir(), 'lz-hanazono-'));
  try {
    const from = (await exists(HANAZONO)) ? HANAZONO : await fetchHanazono(fetched);
    for (const name of ['HanaMinA.ttf', 'HanaMinB.ttf']) await cp(path.join(from, name), path.join(to, name));
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

async function fetchHanazono(into: string): Promise<string> {
  try {
    await run('apt-get', ['download', 'fonts-hanazono'], { cwd: into });
    const [deb] = await readdir(into);
    await run('dpkg', ['-x', deb!, into], { cwd: into });
  } catch (cause) {
    throw new Error(
      '缺少花园明朝字体：请安装 Debian 软件包 fonts-hanazono / the fonts HanaMinA and HanaMinB are missing: install fonts-hanazono',
      { cause },
    );
  }
  return path.join(into, HANAZONO);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await prepareFonts(process.argv[2]);
  console.log(process.argv[2] ?? FONT_FOLDER);
}
