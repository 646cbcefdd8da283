import path from 'node:path';
import type {
  Department,
  IssuerAssignment,
  LicenceType,
  Matter,
  UseAuthorisation,
} from '@lianzheng/proto/catalog/v1/objects';
import { checkDepartment, checkIssuerAssignment, checkUseAuthorisation } from './checks/department.ts';
import { knownOf } from './checks/known.ts';
import { checkLicenceType } from './checks/licence-type.ts';
import { checkMatter } from './checks/matter.ts';
import { checkUnique } from './checks/unique.ts';
import { readFiles } from './files.ts';
import { type Objects, type Placed, readObjects } from './objects.ts';
import { CatalogueError, type Problem } from './problem.ts';

/** The data files of all nodes, in order of their division codes. */
export interface Catalogue {
  readonly nodes: readonly NodeCatalogue[];
}

/** What one node owns; each list in order of its files' names. */
export interface NodeCatalogue {
  /** Division code. */
  readonly node: string;
  readonly departments: readonly Department[];
  readonly licenceTypes: readonly LicenceType[];
  readonly matters: readonly Matter[];
  readonly useAuthorisations: readonly UseAuthorisation[];
  /** Only at the node that keeps the registry, the province. */
  readonly issuerAssignments: readonly IssuerAssignment[];
}

/**
 * Reads and checks `<folder>/<node>/{departments,types,matters,authorisations,issuers}/*.json`; without a folder,
 * the catalogue that stands here. Throws a CatalogueError that lists every problem, or the system's error if the
 * folder cannot be read.
 */
export async function readCatalogue(folder = path.join(import.meta.dirname, '../nodes')): Promise<Catalogue> {
  const problems: Problem[] = [];
  const { nodes, objects: raw } = await readFiles(folder, problems);
  const objects = await readObjects(raw, problems);
  checkObjects(objects);
  if (problems.length > 0)
    throw new CatalogueError(problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)));
  return { nodes: nodes.map((node) => ownedBy(node, objects)) };
}

function checkObjects(objects: Objects): void {
  const known = knownOf(objects);
  for (const one of objects.departments) checkDepartment(one, known);
  for (const one of objects.types) checkLicenceType(one, known);
  for (const one of objects.matters) checkMatter(one, known);
  for (const one of objects.authorisations) checkUseAuthorisation(one, known);
  for (const one of objects.issuers) checkIssuerAssignment(one, known);
  checkUnique(objects);
}

function ownedBy(node: string, objects: Objects): NodeCatalogue {
  const own = <T>(placed: readonly Placed<T>[]) =>
    placed.filter((one) => one.node === node).map(({ object }) => object);
  return {
    node,
    departments: own(objects.departments),
    licenceTypes: own(objects.types),
    matters: own(objects.matters),
    useAuthorisations: own(objects.authorisations),
    issuerAssignments: own(objects.issuers),
  };
}
