import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Option, Options, Positional } from './command.ts';
import { WrongUse } from './failure.ts';

/** The flags and positional arguments of one call, checked against the command's table. */
export type Flags = {
  text(name: string): string | undefined;
  /** Every time a flag that may be repeated was given. */
  list(name: string): readonly string[];
  on(name: string): boolean;
  /** A whole number of at least `min`; throws WrongUse. */
  whole(name: string, min?: number): number | undefined;
  /** A positional argument; '' where an optional one was not given. */
  argument(name: string): string;
  /** Throws WrongUse that names every one of these flags that is missing. */
  require(...names: string[]): void;
};

/** Throws WrongUse with every problem of the command line. */
export function parseFlags(
  args: readonly string[],
  options: Options,
  positionals: readonly Positional[],
): Flags {
  const { tokens } = parseArgs({
    args: [...args],
    options: options as ParseArgsConfig['options'],
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const problems: string[] = [];
  const values = new Map<string, string[]>();
  const given: string[] = [];
  for (const [i, token] of tokens.entries()) {
    // What follows an unknown option is probably its value.
    if (token.kind === 'positional' && !isUnknown(tokens[i - 1])) given.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options[token.name];
    const problem = option ? optionProblem(token, option, values.has(token.name)) : unknown(token, options);
    if (problem) problems.push(problem);
    else values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? '']);
  }
  problems.push(...positionalProblems(given, positionals));
  if (problems.length > 0) throw new WrongUse(problems);

  function isUnknown(token: (typeof tokens)[number] | undefined): boolean {
    return token?.kind === 'option' && !options[token.name] && token.value === undefined;
  }

  return flagsOf(values, new Map(positionals.map(({ name }, i) => [name, given[i] ?? ''])));
}

type OptionToken = { name: string; rawName: string; value?: string; inlineValue?: boolean };

function optionProblem(token: OptionToken, option: Option, again: boolean): string | undefined {
  const { rawName, value, inlineValue } = token;
  if (option.type === 'boolean')
    return value === undefined ? undefined : `${rawName} 不带值 / takes no value`;
  if (again && !option.multiple) return `${rawName} 只能给一次 / may be given once`;
  if (value === undefined || value === '')
    return `${rawName} 缺少值 / needs a value: ${option.value ?? 'VALUE'}`;
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    return `${rawName} 缺少值；值以 - 开头时请写 ${rawName}=${value} / needs a value; one that begins with - is written ${rawName}=${value}`;
  }
  return undefined;
}

function unknown({ rawName, name }: OptionToken, options: Options): string {
  const near = Object.keys(options).find((one) => one.startsWith(name) || name.startsWith(one));
  const hint = near ? `；是否 --${near} / did you mean --${near}` : '';
  return `没有选项 ${rawName} / unknown option ${rawName}${hint}`;
}

function positionalProblems(given: readonly string[], positionals: readonly Positional[]): string[] {
  const missing = positionals.slice(given.length).filter(({ optional }) => !optional);
  const excess = given.slice(positionals.length);
  return [
    ...missing.map(({ name, words: [zh, en] }) => `缺少 ${name}（${zh}） / missing ${name}: ${en}`),
    ...excess.map((value) => `多余的参数 ${value} / unexpected argument`),
  ];
}

function flagsOf(values: ReadonlyMap<string, string[]>, positionals: ReadonlyMap<string, string>): Flags {
  return {
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    on: (name) => values.has(name),
    whole(name, min = 0) {
      const text = values.get(name)?.[0];
      if (text === undefined) return undefined;
      const number = Number(text);
      if (/^[0-9]{1,15}$/.test(text) && number >= min) return number;
      throw new WrongUse(`--${name} 应为不小于 ${min} 的整数 / must be a whole number from ${min}: ${text}`);
    },
    argument: (name) => positionals.get(name) ?? '',
    require(...names) {
      const missing = names.filter((name) => !values.has(name));
      if (missing.length === 0) return;
      throw new WrongUse(missing.map((name) => `缺少 --${name} / missing --${name}`));
    },
  };
}
