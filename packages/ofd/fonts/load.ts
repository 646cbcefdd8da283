import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Family, type FontStack, openFamily } from '../src/font/index.ts';

/** Where `prepare.ts` puts them; ignored by git. */
export const FONT_FOLDER = path.join(import.meta.dirname, '../../../var/fonts');

/**
 * The fonts of documents: Noto Serif SC, HanaMinA, HanaMinB, then the node's own files (each a family), in this order.
 * Throws where the folder is not prepared.
 */
export async function loadFonts(folder = FONT_FOLDER, own: readonly string[] = []): Promise<FontStack> {
  const slices = (weight: number) =>
    folderFamily(`Noto Serif SC ${weight}`, path.join(folder, `noto-serif-sc-${weight}`));
  const rare = ['HanaMinA', 'HanaMinB'].map((name) =>
    fileFamily(name, path.join(folder, 'hanazono', `${name}.ttf`)),
  );
  const more = own.map((file) => fileFamily(path.basename(file, '.ttf'), file));
  const [regular, bold, ...rest] = await Promise.all([slices(400), slices(700), ...rare, ...more]);
  return { regular: [regular!, ...rest], bold: [bold!, regular!, ...rest] };
}

async function folderFamily(name: string, folder: string): Promise<Family> {
  const names = (await readdir(folder).catch(unprepared)).sort();
  const files = await Promise.all(
    names.map(async (file) => ({ name: file, bytes: await readFile(path.join(folder, file)) })),
  );
  return openFamily({ name, files });
}

async function fileFamily(name: string, file: string): Promise<Family> {
  return openFamily({ name, files: [{ name, bytes: await readFile(file).catch(unprepared) }] });
}

function unprepared(cause: unknown): never {
  throw new Error('字体未准备：请运行 / fonts are not prepared, run: node packages/ofd/fonts/prepare.ts', {
    cause,
  });
}
