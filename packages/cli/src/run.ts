import type { Command, CommandEntry, ExitCode } from './command.ts';
import { commands } from './commands/index.ts';
import { explain, WrongUse } from './failure.ts';
import { type Flags, parseFlags } from './flags.ts';
import { commandHelp, generalHelp } from './help.ts';
import { type Io, print, tell } from './io.ts';

/** Runs one command line; never throws. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    const { exitCode, lines } = explain(error);
    for (const line of lines) tell(io, line);
    if (io.env.LZ_DEBUG === '1') tell(io, error instanceof Error ? (error.stack ?? '') : String(error));
    return exitCode;
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<ExitCode> {
  if (args.length === 0 || (args.length === 1 && isHelp(args[0]))) {
    print(io, generalHelp(commands));
    return args.length === 0 ? 2 : 0;
  }
  if (args.length === 2 && isHelp(args[1])) {
    const family = familyOf(args[0]);
    if (family.length > 0) {
      print(io, generalHelp(family));
      return 0;
    }
  }
  const { entry, rest } = findCommand(args);
  const command = await entry.load();
  // After "--" everything is an argument.
  const end = rest.indexOf('--');
  if (rest.slice(0, end === -1 ? undefined : end).some(isHelp)) {
    print(io, commandHelp(entry, command));
    return 0;
  }
  return command.run({ flags: flagsFor(entry, command, rest), io });
}

const isHelp = (arg: string | undefined) => arg === '--help' || arg === '-h';

/** A command is named by one or two words. */
function findCommand(args: readonly string[]): { entry: CommandEntry; rest: readonly string[] } {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ');
    const entry = commands.find((one) => one.name === name);
    if (entry) return { entry, rest: args.slice(words) };
  }
  const family = familyOf(args[0]).map(({ name }) => name);
  const hint =
    family.length > 0
      ? `可用：${family.join('、')} / one of: ${family.join(', ')}`
      : '见 lz --help / see lz --help';
  throw new WrongUse(`没有这个命令 / no such command: ${args.slice(0, 2).join(' ')}`, hint);
}

/** Commands of two words that share the first. */
function familyOf(word: string | undefined): CommandEntry[] {
  return commands.filter(({ name }) => name.startsWith(`${word} `));
}

function flagsFor({ name }: CommandEntry, command: Command, args: readonly string[]): Flags {
  try {
    return parseFlags(args, command.options, command.positionals);
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    throw new WrongUse(error.problems, `用法见 lz ${name} --help / see lz ${name} --help`);
  }
}
