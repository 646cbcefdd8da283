import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDivisionCode } from '@lianzheng/identifier';
import { type Problem, problem } from './problem.ts';

/** Folders of a node, one per kind of object. */
export const KINDS = ['departments', 'types', 'matters', 'authorisations', 'issuers'] as const;
export type Kind = (typeof KINDS)[number];

/** One JSON value of a file: the whole file, or a row of it when it holds an array. */
export interface RawObject {
  readonly node: string;
  readonly kind: Kind;
  /** `<node>/<kind>/<name>.json`. */
  readonly file: string;
  /** '' or `[row]`. */
  readonly path: string;
  readonly json: unknown;
}

export interface RawFiles {
  readonly nodes: string[];
  readonly objects: RawObject[];
}

/** Reads `<folder>/<division code>/<kind>/*.json`. Anything else there is a problem, so that no file is overlooked. */
export async function readFiles(folder: string, problems: Problem[]): Promise<RawFiles> {
  const raw: RawFiles = { nodes: [], objects: [] };
  for (const node of await entries(folder)) {
    if (!node.isDirectory() || !isDivisionCode(node.name)) {
      problems.push(
        problem(node.name, '', node.name, '以行政区划代码命名的文件夹', 'a folder named by a division code'),
      );
      continue;
    }
    raw.nodes.push(node.name);
    await readNode(folder, node.name, raw.objects, problems);
  }
  return raw;
}

async function readNode(
  folder: string,
  node: string,
  objects: RawObject[],
  problems: Problem[],
): Promise<void> {
  for (const entry of await entries(path.join(folder, node))) {
    const kind = KINDS.find((one) => one === entry.name);
    if (!entry.isDirectory() || !kind) {
      const names = KINDS.join(', ');
      problems.push(
        problem(`${node}/${entry.name}`, '', entry.name, `文件夹 ${names}`, `the folders ${names}`),
      );
      continue;
    }
    for (const file of await entries(path.join(folder, node, kind))) {
      const name = `${node}/${kind}/${file.name}`;
      if (file.isFile() && file.name.endsWith('.json')) {
        objects.push(
          ...rows(await readJson(folder, name, problems)).map((row) => ({ node, kind, file: name, ...row })),
        );
      } else problems.push(problem(name, '', file.name, 'JSON 文件', 'a .json file'));
    }
  }
}

/** Undefined after a problem. A byte order mark, which editors on Windows write, is left out. */
async function readJson(folder: string, file: string, problems: Problem[]): Promise<unknown> {
  const bytes = await readFile(path.join(folder, file));
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    problems.push(problem(file, '', (error as Error).message, 'UTF-8 编码的 JSON', 'JSON in UTF-8'));
    return undefined;
  }
}

function rows(json: unknown): { path: string; json: unknown }[] {
  if (Array.isArray(json)) return json.map((row: unknown, index) => ({ path: `[${index}]`, json: row }));
  return json === undefined ? [] : [{ path: '', json }];
}

/** In order of their names; hidden files are left out. */
async function entries(folder: string) {
  const found = await readdir(folder, { withFileTypes: true });
  return found.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
}
