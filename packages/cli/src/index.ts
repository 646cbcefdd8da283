export type { CommandEntry, ExitCode } from './command.ts';
export { commands } from './commands/index.ts';
export type { Io } from './io.ts';
export { runCommandLine } from './run.ts';
