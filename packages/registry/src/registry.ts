import {
  type CatalogObject,
  type Department,
  DepartmentRole,
  type IssuerAssignment,
  type LicenceType,
  type LogKey,
  type Matter,
  type Node,
} from '@lianzheng/proto/catalog/v1/objects';
import { endedGenerations, isSignedByRoot, presentGeneration } from './generation.ts';
import { createKnownObjects } from './known-objects.ts';
import { ROOT_LOG, trustedLogKeys } from './log-keys.ts';
import type { ObjectCase } from './object-key.ts';

export type RegistryOptions = {
  /** Division code of the node whose catalogue alone counts for nodes, keys, issuers and generations. */
  province: string;
  /** The node that looks: where several nodes have an object of one key, its own comes after the province's. */
  node?: string;
  /** From the enrolment bundle; one with log ROOT_LOG is the province's offline root. */
  pinnedKeys?: readonly LogKey[];
};

export type RoleName = 'MANAGING' | 'ISSUING' | 'USING';
export type KnownLicenceType = { type: LicenceType; version: number; node: string; retired: boolean };

/** All catalogue objects known to a node, its own and the others', as look-ups in memory. */
export type Registry = {
  /** Objects in any order, repeated or not; what its owner may not say is ignored (logs.md §4). */
  apply(objects: readonly CatalogObject[]): void;
  /** Retired ones too: their keys still verify what they signed. */
  department(code: string): (Department & { retired: boolean }) | undefined;
  /** Of a department of that node; none when it is unknown or retired. */
  departmentRoles(code: string, node: string): ReadonlySet<RoleName>;
  /** Newest version, or the given one. `node`: the owner. */
  licenceType(code: string, version?: number): KnownLicenceType | undefined;
  /** `node`: the owner. */
  matter(code: string): (Matter & { node: string; retired: boolean }) | undefined;
  /** Whether the department's own node lets it use the type (C2). */
  mayUse(departmentCode: string, typeCode: string): boolean;
  node(code: string): Node | undefined;
  nodes(): Node[];
  /** Keys of that log (status, catalog, access or witness) that count, oldest first; each says for which sizes. */
  logKeys(node: string, log: string): LogKey[];
  /** The present generation, 1 when there is no entry, with the head (signed note) at which the one before ended. */
  generation(node: string, log: string): { generation: number; lastCheckpoint?: Buffer };
  /** Generations of that log that have ended, oldest first, each with the head (signed note) up to which its entries count. */
  endedGenerations(node: string, log: string): readonly { generation: number; lastCheckpoint: Buffer }[];
  assignments(issuerCode: string): IssuerAssignment[];
  /** The node that speaks for an issuer at present. */
  nodeFor(issuerCode: string): string | undefined;
  /** Whether an entry about this issuer counts, at this sequence of that node's status log. */
  speaksFor(node: string, issuerCode: string, sequence: number): boolean;
  /** Called after each change; returns how to stop listening. */
  onChange(listener: () => void): () => void;
  /** Counts changes, for caches. */
  readonly version: number;
};

const noRoles: ReadonlySet<RoleName> = new Set();
const roleNames: Readonly<Record<number, RoleName | undefined>> = {
  [DepartmentRole.MANAGING]: 'MANAGING',
  [DepartmentRole.ISSUING]: 'ISSUING',
  [DepartmentRole.USING]: 'USING',
};

export function createRegistry({ province, node: self, pinnedKeys = [] }: RegistryOptions): Registry {
  const known = createKnownObjects(province, self === undefined ? [province] : [province, self]);
  const roots = pinnedKeys.filter(({ log }) => log === ROOT_LOG);
  const listeners = new Set<() => void>();
  let version = 0;

  /** Computed at the first use after a change: verifying a licence asks on every call. */
  function perVersion<T>(compute: () => T): () => T {
    let computedAt = -1;
    let value: T;
    return () => {
      if (computedAt !== version) {
        value = compute();
        computedAt = version;
      }
      return value;
    };
  }

  const valuesOf = <C extends ObjectCase>(of: C) => known.all(of).map(({ value }) => value);
  const inUse = <C extends ObjectCase>(of: C) => known.all(of).filter(({ retired }) => !retired);
  const logName = ({ node, log }: { node: string; log: string }) => `${node}/${log}`;

  const nodes = perVersion(() => new Map(inUse('nodeEntry').map(({ value }) => [value.node, value])));
  const assignments = perVersion(() =>
    Map.groupBy(
      inUse('issuerAssignment').map(({ value }) => value),
      ({ issuerCode }) => issuerCode,
    ),
  );
  const generations = perVersion(() => {
    const counting = valuesOf('generation').filter(
      (entry) => entry.node !== province || entry.log !== 'catalog' || isSignedByRoot(entry, roots),
    );
    return Map.groupBy(counting, logName);
  });
  const ended = perVersion(
    () => new Map([...generations()].map(([name, entries]) => [name, endedGenerations(entries)])),
  );
  const keys = perVersion(() => {
    const registered = Map.groupBy(known.all('logKey'), ({ value }) => logName(value));
    const pinned = Map.groupBy(pinnedKeys, logName);
    const names = new Set([...registered.keys(), ...pinned.keys()]);
    return new Map(
      [...names].map((name) => {
        const entries = registered.get(name) ?? [];
        // A retired key still endorses: its successors were in order when it signed them.
        const retired = new Set(entries.filter((entry) => entry.retired).map(({ value }) => value));
        const anchors = [...roots, ...(pinned.get(name) ?? [])];
        const trusted = trustedLogKeys(
          entries.map(({ value }) => value),
          anchors,
        );
        return [name, trusted.filter((key) => !retired.has(key))];
      }),
    );
  });

  return {
    apply(objects) {
      let changed = false;
      for (const object of objects) changed = known.put(object) || changed;
      if (!changed) return;
      version += 1;
      for (const listener of [...listeners]) listener();
    },
    department(code) {
      const found = known.find('department', code);
      return found && { ...found.value, retired: found.retired };
    },
    departmentRoles(code, node) {
      const found = known.find('department', code, node);
      if (!found || found.retired) return noRoles;
      return new Set(found.value.roles.flatMap((role) => roleNames[role] ?? []));
    },
    licenceType(code, wanted) {
      const found =
        wanted === undefined ? known.find('licenceType', code) : known.findTypeVersion(code, wanted);
      return found && { type: found.value, version: found.version, node: found.node, retired: found.retired };
    },
    matter(code) {
      const found = known.find('matter', code);
      return found && { ...found.value, node: found.node, retired: found.retired };
    },
    mayUse(departmentCode, typeCode) {
      const department = known.find('department', departmentCode);
      if (!department || department.retired) return false;
      const authorisation = known.find('useAuthorisation', `${departmentCode}/${typeCode}`, department.node);
      return authorisation !== undefined && !authorisation.retired;
    },
    node: (code) => nodes().get(code),
    nodes: () => [...nodes().values()],
    logKeys: (node, log) => [...(keys().get(`${node}/${log}`) ?? [])],
    generation: (node, log) => presentGeneration(generations().get(`${node}/${log}`) ?? []),
    endedGenerations: (node, log) => ended().get(`${node}/${log}`) ?? [],
    assignments: (issuerCode) => [...(assignments().get(issuerCode) ?? [])],
    nodeFor: (issuerCode) =>
      assignments()
        .get(issuerCode)
        ?.find(({ toSequence }) => toSequence === 0n)?.node,
    speaksFor(node, issuerCode, sequence) {
      const ofNode = (assignments().get(issuerCode) ?? []).filter((assignment) => assignment.node === node);
      return ofNode.some(
        ({ fromSequence, toSequence }) =>
          fromSequence <= sequence && (toSequence === 0n || sequence < toSequence),
      );
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get version() {
      return version;
    },
  };
}
