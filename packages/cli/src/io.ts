/** What a command may touch of the process; tests pass their own. */
export type Io = {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root of the repository: where `var/mesh/mesh.json` lies by default. */
  readonly root: string;
  now(): Date;
  /** Aborted by Ctrl-C: streams end, and what was begun is left in order. */
  readonly signal: AbortSignal;
};

export function print(io: Pick<Io, 'stdout'>, line = ''): void {
  io.stdout.write(`${line}\n`);
}

/** Beside the answer: progress, hints, warnings. */
export function tell(io: Pick<Io, 'stderr'>, line: string): void {
  io.stderr.write(`${line}\n`);
}

/** One JSON value a line. */
export function printJson(io: Pick<Io, 'stdout'>, value: unknown): void {
  print(io, JSON.stringify(value));
}
