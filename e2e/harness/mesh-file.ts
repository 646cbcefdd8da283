import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { SERVICES } from '@lianzheng/deploy-node';
import type { SampleCaller } from './callers.ts';
import type { NodePorts } from './ports.ts';

export type DescribedNode = {
  node: string;
  tier: 'province' | 'city';
  ports: NodePorts;
  kafka: string;
  /** Superuser's, at the node's database. */
  postgres: string;
};

/** `mesh.json` as interfaces.md §6 says; paths are relative to `dir`. It names passwords, so only its owner may read it. */
export async function writeMeshFile(
  file: string,
  dir: string,
  { ca, nodes, callers }: { ca: string; nodes: readonly DescribedNode[]; callers: readonly SampleCaller[] },
): Promise<void> {
  const path = (absolute: string) => relative(dir, absolute);
  const byRole = Object.groupBy(callers, ({ role }) => role);
  const content = {
    ca: path(ca),
    nodes: nodes.map(({ node, tier, ports: { services }, kafka, postgres }) => ({
      node,
      tier,
      services: Object.fromEntries(
        SERVICES.map((name) => [name, { address: `127.0.0.1:${services[name]}`, serverName: 'localhost' }]),
      ),
      http: `http://127.0.0.1:${services.gateway}`,
      kafka,
      postgres,
    })),
    callers: Object.fromEntries(
      Object.entries(byRole).map(([role, list]) => [
        role,
        list.map(({ node, department, certFile, keyFile }) => {
          return { node, department, cert: path(certFile), key: path(keyFile) };
        }),
      ]),
    ),
  };
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
}
