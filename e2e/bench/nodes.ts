import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Postgres } from '@lianzheng/deploy-postgres';
import { freePort } from '@lianzheng/deploy-process';
import {
  type CatalogueSnapshot,
  initNode,
  initProvince,
  installBundle,
  issueCaller,
  layoutOf,
  makeBundle,
  ownRegistryObjects,
  parseRequest,
  registryObjects,
  updateNodeFile,
} from '@lianzheng/enrolment';
import { Entry } from '@lianzheng/proto/log/v1/log';
import type { TlsIdentity } from '@lianzheng/rpc';
import { catalogueOf, provinceObjects } from './registry.ts';

export const PROVINCE = '440000';
/** Its log is the one that is replicated. */
export const OWNER = '440300';
/** An empty follower. */
export const FOLLOWER = '440100';
/** A department that may verify at the province; it stands in deploy/catalogue. */
export const DEPARTMENT = '11440000YH0000026K';

export type EnrolledNode = { node: string; dir: string; exchangePort: number };
export type EnrolledNodes = Record<typeof PROVINCE | typeof OWNER | typeof FOLLOWER, EnrolledNode>;

/**
 * Folders of a province and two cities as `node init` and `node bundle` make them, with the real catalogue in their
 * trust files. Each has a database of its own; Kafka points nowhere.
 */
export async function enrolNodes(dir: string, postgres: Postgres): Promise<EnrolledNodes> {
  const now = new Date();
  const nodes = {
    [PROVINCE]: { node: PROVINCE, dir: join(dir, PROVINCE), exchangePort: await freePort() },
    [OWNER]: { node: OWNER, dir: join(dir, OWNER), exchangePort: await freePort() },
    [FOLLOWER]: { node: FOLLOWER, dir: join(dir, FOLLOWER), exchangePort: await freePort() },
  };
  const basics = ({ node, dir: own, exchangePort }: EnrolledNode) => ({
    dir: own,
    node,
    name: `节点 ${node}`,
    exchangeAddress: `127.0.0.1:${exchangePort}`,
    now,
  });
  await initProvince({ ...basics(nodes[PROVINCE]), rootFile: join(dir, 'root.pem') });
  const requests = [];
  for (const code of [OWNER, FOLLOWER] as const) requests.push((await initNode(basics(nodes[code]))).request);

  const objects = [
    ...(await ownRegistryObjects(nodes[PROVINCE].dir)),
    ...requests.flatMap((request) => registryObjects(parseRequest(request))),
    ...(await provinceObjects(PROVINCE)),
  ];
  const catalogue = await catalogueOf(nodes[PROVINCE], objects, now);
  await putCatalogue(nodes[PROVINCE].dir, catalogue);
  for (const [i, code] of ([OWNER, FOLLOWER] as const).entries()) {
    const bundle = await makeBundle({
      province: { dir: nodes[PROVINCE].dir },
      request: requests[i]!,
      catalogue: async () => catalogue,
      now,
    });
    await installBundle({ dir: nodes[code].dir, bundle, now });
  }
  for (const each of Object.values(nodes)) await settle(each, postgres);
  return nodes;
}

/** A province starts with an empty catalogue and fills it itself; here it has been at work before. */
async function putCatalogue(dir: string, { entries, checkpoints }: CatalogueSnapshot): Promise<void> {
  const { trustFile } = layoutOf(dir);
  const trust = JSON.parse(await readFile(trustFile, 'utf8'));
  trust.catalogue = {
    entries: entries.map((entry) => Buffer.from(Entry.encode(entry).finish()).toString('base64')),
    checkpoints: checkpoints.map((note) => note.toString('base64')),
  };
  await writeFile(trustFile, JSON.stringify(trust));
}

async function settle({ node, dir, exchangePort }: EnrolledNode, postgres: Postgres): Promise<void> {
  await postgres.createDatabase(`node_${node}`);
  await updateNodeFile(dir, {
    ports: { exchange: exchangePort },
    database: { adminUrl: postgres.url(`node_${node}`) },
    kafka: { bootstrap: '127.0.0.1:1', tls: false },
    logLevel: 'warn',
  });
}

/** A department of the province, as a caller there. */
export async function departmentOf(node: EnrolledNode, province: EnrolledNode): Promise<TlsIdentity> {
  const { certPem, keyPem } = await issueCaller({
    dir: province.dir,
    node: node.node,
    kind: 'department',
    id: DEPARTMENT,
    now: new Date(),
  });
  return { ca: await readFile(layoutOf(province.dir).ca, 'utf8'), cert: certPem, key: keyPem };
}

/** A bearer of the node's own certificates: `operator`, `exchange` … */
export async function bearerOf({ dir }: EnrolledNode, id: string): Promise<TlsIdentity> {
  const layout = layoutOf(dir);
  const [ca, cert, key] = await Promise.all(
    [layout.ca, layout.certificate(id), layout.privateKey(id)].map((file) => readFile(file, 'utf8')),
  );
  return { ca: ca!, cert: cert!, key: key! };
}
