import {
  Department,
  IssuerAssignment,
  LicenceType,
  Matter,
  UseAuthorisation,
} from '@lianzheng/proto/catalog/v1/objects';
import type { Kind, RawObject } from './files.ts';
import { type Problem, problem, type Report } from './problem.ts';
import { readShapes, shaped } from './shape.ts';

/** An object with the place that it stands at and a way to tell its problems. */
export interface Placed<T> {
  readonly node: string;
  readonly file: string;
  readonly object: T;
  readonly report: Report;
}

/** The objects whose shape is sound, and the codes of all, so that one broken object breaks no reference to it. */
export interface Objects {
  readonly departments: Placed<Department>[];
  readonly types: Placed<LicenceType>[];
  readonly matters: Placed<Matter>[];
  readonly authorisations: Placed<UseAuthorisation>[];
  readonly issuers: Placed<IssuerAssignment>[];
  readonly departmentCodes: ReadonlySet<string>;
  readonly typeCodes: ReadonlySet<string>;
}

interface Message<T> {
  fromJSON(json: unknown): T;
}

export async function readObjects(raw: readonly RawObject[], problems: Problem[]): Promise<Objects> {
  const shapes = await readShapes();
  function placed<T>(kind: Kind, name: string, message: Message<T>): Placed<T>[] {
    return raw
      .filter((one) => one.kind === kind)
      .flatMap((one) => {
        const report = reporter(one, problems);
        const before = problems.length;
        const json = shaped(shapes(name), one.json, '', report);
        if (problems.length > before) return [];
        return [{ node: one.node, file: one.file, object: message.fromJSON(json), report }];
      });
  }
  return {
    departments: placed('departments', 'Department', Department),
    types: placed('types', 'LicenceType', LicenceType),
    matters: placed('matters', 'Matter', Matter),
    authorisations: placed('authorisations', 'UseAuthorisation', UseAuthorisation),
    issuers: placed('issuers', 'IssuerAssignment', IssuerAssignment),
    departmentCodes: codesOf(raw, 'departments'),
    typeCodes: codesOf(raw, 'types'),
  };
}

function reporter({ file, path }: RawObject, problems: Problem[]): Report {
  return (at, found, zh, en) => {
    const dot = path && at && !at.startsWith('[') ? '.' : '';
    problems.push(problem(file, path + dot + at, found, zh, en));
  };
}

function codesOf(raw: readonly RawObject[], kind: Kind): Set<string> {
  return new Set(
    raw
      .filter((one) => one.kind === kind)
      .map(({ json }) => String((json as { code?: unknown } | null)?.code)),
  );
}
