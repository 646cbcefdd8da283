/** One thing that is wrong in the data files. */
export interface Problem {
  /** Path below the folder that was read, with slashes. */
  readonly file: string;
  /** Place in the JSON such as `items[3].key`; '' = the whole file. */
  readonly path: string;
  /** What stands there, as JSON, cut when long. */
  readonly found: string;
  /** What should stand there, Chinese and English. */
  readonly expected: string;
}

/** Thrown with every problem of every file at once, in order of the files. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      [`目录数据有 ${problems.length} 处问题 / problems in the catalogue`, ...problems.map(line)].join('\n'),
    );
    this.problems = problems;
  }
}

/** Tells a problem of one file: where, what stands there, and in Chinese and English what should. */
export type Report = (path: string, found: unknown, zh: string, en: string) => void;

const MAX_FOUND = 80;

export function problem(file: string, path: string, found: unknown, zh: string, en: string): Problem {
  const text = JSON.stringify(found) ?? 'undefined';
  return {
    file,
    path,
    found: text.length <= MAX_FOUND ? text : `${text.slice(0, MAX_FOUND)}…`,
    expected: `${zh} / ${en}`,
  };
}

function line({ file, path, found, expected }: Problem): string {
  return `${file}${path && `: ${path}`}: ${found} → ${expected}`;
}
