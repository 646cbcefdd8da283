import { OfdError } from '../error.ts';

const MAX_NAME = 512;

/** Refuses names that leave the package, that systems read in different ways, or of which two could be one file. */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  const folders = new Set<string>();
  for (const name of names) {
    checkName(name);
    const key = keyOf(name);
    if (seen.has(key))
      throw new OfdError(name, '压缩包内有同名文件', 'two entries of one name (by case or normal form too)');
    seen.add(key);
    for (let at = key.indexOf('/'); at > 0; at = key.indexOf('/', at + 1)) folders.add(key.slice(0, at));
  }
  for (const name of names)
    if (folders.has(keyOf(name)))
      throw new OfdError(name, '既是文件又是文件夹', 'an entry that is a file and a folder');
}

/** Systems compare names by case or not, in normal form C or D. */
function keyOf(name: string): string {
  return isPlain(name) ? name.toLowerCase() : name.normalize('NFKC').toLowerCase().normalize('NFKC');
}

function isPlain(name: string): boolean {
  return /^[\x20-\x7e]*$/.test(name);
}

export function checkName(name: string): void {
  const refuse = (zh: string, en: string) => {
    throw new OfdError(JSON.stringify(name.slice(0, 100)), zh, en);
  };
  if (name === '' || name.length > MAX_NAME) refuse('文件名为空或过长', 'an empty or overlong name');
  if (/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/.test(name))
    refuse('文件名含控制字符', 'control characters in the name');
  if (/[\\:*?"<>|]/.test(name))
    refuse('文件名含反斜杠、盘符或通配符', 'a backslash, drive letter or wildcard');
  if (name.startsWith('/')) refuse('文件名为绝对路径', 'an absolute path');
  for (const step of name.split('/')) {
    if (step === '' || step === '.' || step === '..')
      refuse('文件名含 . 或 .. 或空段', 'a step . or .. or nothing');
    if (/[. ]$/.test(step)) refuse('路径段以点或空格结尾', 'a step that ends in a dot or a space');
  }
}
