import { dirname, resolve } from 'node:path';
import { WrongUse } from './failure.ts';
import { isObject, type JsonObject, readJsonObject } from './input.ts';
import type { Io } from './io.ts';

/** Who one can be on the command line; the sample callers of a demo are kept by these names. */
export const ROLES = ['issuing', 'using', 'managing', 'auditor', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export const SERVICES = ['catalog', 'issuance', 'signature', 'exchange', 'audit'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** `host:port`, and the name that the certificate bears where it is not the host. */
export type Address = { readonly address: string; readonly serverName?: string };

/** PEM files. `department`: its credit code; absent for auditors and operators. */
export type Caller = {
  readonly node: string;
  readonly department?: string;
  readonly cert: string;
  readonly key: string;
};

export type MeshNode = {
  /** Division code. */
  readonly node: string;
  readonly tier: string;
  readonly services: Readonly<Partial<Record<ServiceName, Address>>>;
};

/** `mesh.json` of a running system (interfaces.md §6); file names are absolute here. */
export type Mesh = {
  readonly file: string;
  readonly ca: string;
  readonly nodes: readonly MeshNode[];
  readonly callers: Readonly<Record<Role, readonly Caller[]>>;
};

/** Throws WrongUse that names what is wrong in it. */
export async function readMesh(io: Io, path: string): Promise<Mesh> {
  const file = resolve(path);
  const read = fieldsOf(file);
  const json = await readJsonObject(io, file);
  const callers = isObject(json.callers) ? json.callers : {};
  return {
    file,
    ca: read.file(json, 'ca', ''),
    nodes: read.list(json.nodes, 'nodes', (node, where) => ({
      node: read.text(node, 'node', where),
      tier: read.text(node, 'tier', where),
      services: servicesOf(node, where, read),
    })),
    callers: Object.fromEntries(
      ROLES.map((role) => [
        role,
        read.list(callers[role] ?? [], `callers.${role}`, (caller, where) => ({
          node: read.text(caller, 'node', where),
          department: read.optional(caller, 'department', where),
          cert: read.file(caller, 'cert', where),
          key: read.file(caller, 'key', where),
        })),
      ]),
    ) as unknown as Mesh['callers'],
  };
}

type Fields = ReturnType<typeof fieldsOf>;

function servicesOf(node: JsonObject, where: string, read: Fields): MeshNode['services'] {
  const services = isObject(node.services) ? node.services : {};
  return Object.fromEntries(
    SERVICES.flatMap((name) => {
      const at = services[name];
      if (!isObject(at)) return [];
      const place = `${where}services.${name}.`;
      const address = read.text(at, 'address', place);
      return [[name, { address, serverName: read.optional(at, 'serverName', place) }]];
    }),
  );
}

/** Readers of fields that say where in the file something is wrong. */
function fieldsOf(file: string) {
  const fault = (where: string) => new WrongUse(`${file}: ${where} 有误或缺少 / is wrong or missing`);
  function text(from: JsonObject, key: string, where: string): string {
    const value = from[key];
    if (typeof value !== 'string' || value === '') throw fault(`${where}${key}`);
    return value;
  }
  return {
    text,
    optional: (from: JsonObject, key: string, where: string) =>
      from[key] === undefined ? undefined : text(from, key, where),
    /** A path, relative to the file that names it. */
    file: (from: JsonObject, key: string, where: string) => resolve(dirname(file), text(from, key, where)),
    list<T>(value: unknown, name: string, one: (item: JsonObject, where: string) => T): T[] {
      if (!Array.isArray(value) || !value.every(isObject)) throw fault(name);
      return value.map((item, i) => one(item, `${name}[${i}].`));
    },
  };
}
