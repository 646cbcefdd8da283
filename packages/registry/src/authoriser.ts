import type { CallerIdentity } from '@lianzheng/rpc';
import { unavailable } from '@lianzheng/rpc/errors';
import type { Registry } from './registry.ts';

export type AuthoriserOptions = {
  /** Division code of the own node. */
  node: string;
  registry: Pick<Registry, 'departmentRoles' | 'node' | 'version'>;
  /** SAN URIs, from the configuration. */
  operators: readonly string[];
  auditors: readonly string[];
  /** Whether this service faces other nodes: exchange alone does. */
  peers?: boolean;
  /** Id of a service's certificate → its role. */
  services?: Readonly<Record<string, string>>;
  /** False until the registry was read: before that nobody can say what a department may. */
  ready?(): boolean;
};

const nodeServices: Readonly<Record<string, string>> = {
  catalog: 'CATALOG',
  issuance: 'ISSUANCE',
  signature: 'SIGNATURE',
  exchange: 'EXCHANGE',
  audit: 'AUDIT',
  gateway: 'GATEWAY',
};
const noRoles: ReadonlySet<string> = new Set();
// Callers bear certificates of our CA, so there are not many; a bound all the same.
const maxCached = 10_000;

/**
 * Roles of a caller, named as in the protos: who it is by its certificate, what it may by registry and configuration.
 * Throws UNAVAILABLE (REGISTRY_LOADING) for departments and peers while the registry is not ready.
 */
export function authoriser({
  node,
  registry,
  operators,
  auditors,
  peers = false,
  services = nodeServices,
  ready = () => true,
}: AuthoriserOptions): (caller: CallerIdentity) => ReadonlySet<string> {
  const cache = new Map<string, ReadonlySet<string>>();
  let cachedAt = registry.version;

  function rolesOf(caller: CallerIdentity): ReadonlySet<string> {
    switch (caller.kind) {
      case 'operator':
        return operators.includes(caller.uri) ? new Set(['OPERATOR']) : noRoles;
      case 'auditor':
        return auditors.includes(caller.uri) ? new Set(['AUDITOR']) : noRoles;
      case 'service':
        return caller.node === node ? rolesOfService(caller.id) : rolesOfPeer(caller);
      case 'department':
        return caller.node === node ? rolesOfDepartment(caller.id) : noRoles;
    }
  }

  function rolesOfService(id: string): ReadonlySet<string> {
    return Object.hasOwn(services, id) ? new Set([services[id]!]) : noRoles;
  }

  function rolesOfPeer(caller: CallerIdentity): ReadonlySet<string> {
    if (!peers || caller.id !== 'exchange') return noRoles;
    return registry.node(caller.node) ? new Set(['PEER']) : unknownYet();
  }

  function rolesOfDepartment(code: string): ReadonlySet<string> {
    const roles = registry.departmentRoles(code, node);
    return roles.size > 0 ? new Set(['DEPARTMENT', ...roles]) : unknownYet();
  }

  function unknownYet(): ReadonlySet<string> {
    if (ready()) return noRoles;
    throw unavailable('REGISTRY_LOADING', '目录尚未读入 / the registry has not been read yet', {
      retryAfterMs: 1_000,
    });
  }

  return (caller) => {
    if (cachedAt !== registry.version || cache.size > maxCached) {
      cache.clear();
      cachedAt = registry.version;
    }
    let roles = cache.get(caller.uri);
    if (!roles) {
      roles = rolesOf(caller);
      cache.set(caller.uri, roles);
    }
    return roles;
  };
}
