import { readFileSync } from 'node:fs';

export type Env = Readonly<Record<string, string | undefined>>;

/** `wrong` says in Chinese and English what is wrong with the text found. It must not contain a secret. */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string };

/** One environment name: what it means and how its text becomes a value. */
export interface Setting<T> {
  readonly name: string;
  /** Other names that are read for it, for example NAME_FILE of a secret. */
  readonly alternatives: readonly string[];
  /** Chinese first, English second. */
  readonly expected: string;
  readonly required: boolean;
  /** As text, for the table of names. */
  readonly fallback?: string;
  readonly about?: string;
  read(env: Env): Parsed<T>;
}

export interface SettingOptions<T> {
  /** Used when the name is missing or empty. Without it the name is required. */
  readonly fallback?: T;
  /** One sentence for the table of names. */
  readonly about?: string;
}

/** A setting of any form: `parse` sees the trimmed, non-empty text. */
export function setting<T>(
  name: string,
  expected: string,
  parse: (text: string) => Parsed<T>,
  { fallback, about }: SettingOptions<T> = {},
): Setting<T> {
  return {
    name,
    alternatives: [],
    expected,
    about,
    required: fallback === undefined,
    fallback: fallback === undefined ? undefined : String(fallback),
    read(env) {
      const given = env[name]?.trim();
      if (given) return parse(given);
      return fallback === undefined ? { wrong: '未设置 not set' } : { value: fallback };
    },
  };
}

/** `undefined` when the name is missing; still wrong when it is there and bad. */
export function optional<T>(inner: Setting<T>): Setting<T | undefined> {
  const names = [inner.name, ...inner.alternatives];
  return {
    ...inner,
    required: false,
    read: (env) => (names.some((name) => env[name]?.trim()) ? inner.read(env) : { value: undefined }),
  };
}

export interface TextOptions extends SettingOptions<string> {
  readonly pattern?: RegExp;
  /** Says in Chinese and English what the pattern asks for. */
  readonly expected?: string;
}

export function text(
  name: string,
  { pattern, expected = '文本 text', ...options }: TextOptions = {},
): Setting<string> {
  const parse = (given: string): Parsed<string> =>
    pattern === undefined || pattern.test(given) ? { value: given } : unfit(given);
  return setting(name, expected, parse, options);
}

export interface RangeOptions extends SettingOptions<number> {
  readonly min?: number;
  readonly max?: number;
}

export function integer(
  name: string,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, ...options }: RangeOptions = {},
): Setting<number> {
  const range =
    [min, max].some(Number.isSafeInteger) && (min > Number.MIN_SAFE_INTEGER || max < Number.MAX_SAFE_INTEGER);
  const expected = range ? `整数 a whole number, ${bounds(min, max)}` : '整数 a whole number';
  return setting(
    name,
    expected,
    (given) => within(given, /^-?\d+$/.test(given) ? Number(given) : undefined, min, max),
    options,
  );
}

/** A TCP port; 0 = any free one. */
export function port(name: string, options: SettingOptions<number> = {}): Setting<number> {
  const parse = (given: string) => within(given, /^\d+$/.test(given) ? Number(given) : undefined, 0, 65_535);
  return setting(name, '端口 a port, 0 … 65535', parse, options);
}

export function boolean(name: string, options: SettingOptions<boolean> = {}): Setting<boolean> {
  const values: Record<string, boolean> = { 1: true, true: true, 0: false, false: false };
  const parse = (given: string): Parsed<boolean> => {
    const value = values[given.toLowerCase()];
    return value === undefined ? unfit(given) : { value };
  };
  return setting(name, '1/0 或 or true/false', parse, options);
}

const unitsMs: Record<string, number> = { '': 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250`, `250ms`, `5s`, `2m`, `1h`, `7d` → milliseconds. */
export function durationMs(
  name: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER, ...options }: RangeOptions = {},
): Setting<number> {
  const parse = (given: string) => {
    const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(given) ?? [];
    const factor = unitsMs[unit ?? ''];
    const value =
      count === undefined || factor === undefined ? undefined : Math.round(Number(count) * factor);
    return within(given, value, min, max);
  };
  return setting(name, '时长 a duration: 250, 250ms, 5s, 2m, 1h, 7d', parse, options);
}

/** Parts between commas, at least one. */
export function list(
  name: string,
  {
    pattern,
    expected = '以逗号分隔 values separated by commas',
    ...options
  }: SettingOptions<readonly string[]> & Pick<TextOptions, 'pattern' | 'expected'> = {},
): Setting<readonly string[]> {
  const parse = (given: string): Parsed<readonly string[]> => {
    const parts = given
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const bad = parts.find((part) => pattern !== undefined && !pattern.test(part));
    if (parts.length === 0) return unfit(given);
    return bad === undefined ? { value: Object.freeze(parts) } : unfit(bad);
  };
  return setting(name, expected, parse, options);
}

export function oneOf<const T extends string>(
  name: string,
  values: readonly T[],
  options: SettingOptions<T> = {},
): Setting<T> {
  const parse = (given: string): Parsed<T> => {
    const value = values.find((known) => known === given);
    return value === undefined ? unfit(given) : { value };
  };
  return setting(name, `其中之一 one of: ${values.join(', ')}`, parse, options);
}

/** Content of the file that the name points to. */
export function file(name: string, options: Pick<SettingOptions<string>, 'about'> = {}): Setting<Buffer> {
  return setting(name, '可读文件的路径 path of a readable file', readBytes, { about: options.about });
}

/** Text of a PEM file. */
export function pem(name: string, options: Pick<SettingOptions<string>, 'about'> = {}): Setting<string> {
  const parse = (path: string) =>
    thenParse(readBytes(path), (bytes): Parsed<string> => {
      const content = bytes.toString('utf8');
      return content.includes('-----BEGIN ')
        ? { value: content }
        : { wrong: `不是 PEM 文件 not a PEM file: ${path}` };
    });
  return setting(name, 'PEM 文件的路径 path of a PEM file', parse, { about: options.about });
}

/** Content of a JSON file; `check` throws a plain sentence where the content is not what is expected. */
export function json<T>(
  name: string,
  check: (content: unknown) => T,
  options: Pick<SettingOptions<string>, 'about'> = {},
): Setting<T> {
  const parse = (path: string) =>
    thenParse(readBytes(path), (bytes): Parsed<T> => {
      try {
        return { value: check(JSON.parse(bytes.toString('utf8'))) };
      } catch (error) {
        return { wrong: `${path}: ${error instanceof Error ? error.message : String(error)}` };
      }
    });
  return setting(name, 'JSON 文件的路径 path of a JSON file', parse, { about: options.about });
}

/** A text that no message ever shows; given directly or, as mounted secrets are, by the path in NAME_FILE. */
export function secret(name: string, options: Pick<SettingOptions<string>, 'about'> = {}): Setting<string> {
  const fileName = `${name}_FILE`;
  return {
    name,
    alternatives: [fileName],
    expected: `密文 a secret, 或 or ${fileName}`,
    about: options.about,
    required: true,
    read(env) {
      const direct = env[name]?.trim();
      if (direct) return { value: direct };
      const path = env[fileName]?.trim();
      if (!path) return { wrong: '未设置 not set' };
      return thenParse(readBytes(path), (bytes): Parsed<string> => {
        const content = bytes.toString('utf8').trim();
        return content === '' ? { wrong: `文件为空 the file is empty: ${path}` } : { value: content };
      });
    },
  };
}

function readBytes(path: string): Parsed<Buffer> {
  try {
    return { value: readFileSync(path) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return { wrong: `无法读取文件 cannot read the file (${code}): ${path}` };
  }
}

function thenParse<A, B>(first: Parsed<A>, next: (value: A) => Parsed<B>): Parsed<B> {
  return 'wrong' in first ? first : next(first.value);
}

function within(given: string, value: number | undefined, min: number, max: number): Parsed<number> {
  if (value === undefined || !Number.isSafeInteger(value)) return unfit(given);
  return value < min || value > max
    ? { wrong: `超出范围 out of range: ${given} (${bounds(min, max)})` }
    : { value };
}

function bounds(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER) return `≥ ${min}`;
  return min === Number.MIN_SAFE_INTEGER ? `≤ ${max}` : `${min} … ${max}`;
}

function unfit(given: string): { wrong: string } {
  return {
    wrong: `不可用的值 not usable: ${JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given)}`,
  };
}
