import type { Flags } from './flags.ts';
import type { Io } from './io.ts';

/** Chinese, English. */
export type Words = readonly [zh: string, en: string];

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly words: Words;
  /** How the value is shown in the help, e.g. `CODE`. */
  readonly value?: string;
  readonly multiple?: boolean;
};

export type Options = Readonly<Record<string, Option>>;

export type Positional = {
  readonly name: string;
  readonly words: Words;
  readonly optional?: boolean;
};

/** 0 the answer is good · 1 a check failed · 2 wrong use · 3 no connection. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Invocation = { readonly flags: Flags; readonly io: Io };

/** One command: what it takes and what it does. One file of `commands/` each. */
export type Command = {
  readonly positionals: readonly Positional[];
  readonly options: Options;
  /** Paragraphs of the help. */
  readonly notes?: readonly Words[];
  readonly examples?: readonly string[];
  run(invocation: Invocation): Promise<ExitCode>;
};

/** A line of the table of contents; its file is loaded when it is called. */
export type CommandEntry = {
  readonly name: string;
  readonly words: Words;
  load(): Promise<Command>;
};
