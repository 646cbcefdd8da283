import type { Command, CommandEntry, Option, Words } from './command.ts';
import { padded } from './table.ts';

/** The table of contents. */
export function generalHelp(entries: readonly CommandEntry[]): string {
  const lines = entries.map(({ name, words }) => `  ${padded(name, 19)} ${both(words)}`);
  return [
    '联证命令行 / the command line of Lianzheng',
    '',
    '用法 / usage:  lz 命令 [参数] [选项]        lz 命令 --help',
    '',
    '命令 / commands:',
    ...lines,
    '',
    '退出码 / exit codes:  0 结果为是 good · 1 核查不通过 a check failed · 2 用法有误 wrong use · 3 连接不上 no connection',
    '',
  ].join('\n');
}

export function commandHelp({ name, words }: CommandEntry, command: Command): string {
  const { positionals, options, notes = [], examples = [] } = command;
  const usage = positionals.map((one) => (one.optional ? `[${one.name}]` : one.name));
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines];
  return [
    both(words),
    '',
    `用法 / usage:  ${['lz', name, ...usage, '[选项]'].join(' ')}`,
    ...section(
      '参数 / arguments:',
      positionals.map((one) => `  ${padded(one.name, 23)} ${both(one.words)}`),
    ),
    ...section('选项 / options:', Object.entries(options).map(optionLine)),
    ...section(
      '说明 / notes:',
      notes.flatMap(([zh, en]) => [`  ${zh}`, `  ${en}`]),
    ),
    ...section(
      '例 / examples:',
      examples.map((example) => `  ${example}`),
    ),
    '',
  ].join('\n');
}

function optionLine([name, { type, value = 'VALUE', words, multiple }]: [string, Option]): string {
  const shown = type === 'boolean' ? `--${name}` : `--${name} ${value}`;
  const [zh, en] = words;
  return `  ${padded(shown, 23)} ${zh}${multiple ? '（可重复）' : ''} / ${en}${multiple ? ' (repeatable)' : ''}`;
}

function both([zh, en]: Words): string {
  return `${zh} / ${en}`;
}
