/** One bench: a file of its own beside this one, listed in benches.ts. */
export type Bench = {
  readonly name: string;
  /** What is measured, in one line. */
  readonly about: string;
  /** As issue 3 or 4 §3 says it. */
  readonly goal: string;
  readonly unit: string;
  run(context: BenchContext): Promise<BenchResult>;
};

export type BenchContext = {
  /** Also the sizes that take longer than ten minutes. */
  readonly full: boolean;
  /** A temporary folder, removed at the end. */
  readonly dir: string;
  /** Parts that are closed at the end, also after a failure. */
  readonly parts: AsyncDisposableStack;
  /** Tells the reader how far it is. */
  say(text: string): void;
};

export type BenchResult = {
  /** The first figure of the goal. */
  readonly value: number;
  /** Whether all of the goal was reached. */
  readonly met: boolean;
  /** What the same run reached without us, where the goal is a ratio to it. */
  readonly limit?: number;
  /** One a run, in order. */
  readonly runs: readonly Figures[];
};

export type Figures = Readonly<Record<string, number>>;
