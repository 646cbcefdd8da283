import { readFile } from 'node:fs/promises';
import type { NodeCatalogue } from '@lianzheng/deploy-catalogue';
import {
  addDepartmentKey,
  authorityFingerprint,
  collectSnapshot,
  initNode,
  initProvince,
  installBundle,
  layoutOf,
  makeBundle,
  parseRequest,
  registryObjects,
} from '@lianzheng/enrolment';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { type CatalogObject, DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import type { TlsIdentity } from '@lianzheng/rpc';
import type { Clients } from './clients.ts';
import { waitUntil } from './wait.ts';

const NAMES: Readonly<Record<string, string>> = { 440000: '南岭省', 440100: '云渡市', 440300: '澜湾市' };

export type FolderOptions = {
  dir: string;
  node: string;
  province: string;
  /** host:port at which other nodes reach its exchange. */
  exchangeAddress: string;
  /** Its issuing departments get keys. */
  departments: NodeCatalogue['departments'];
};

/** Public keys (JWK as JSON) by department. */
export type DepartmentKeys = ReadonlyMap<string, string>;

/** A node's folder with its keys; the province's is complete, a city's waits for its bundle. */
export async function makeFolder(options: FolderOptions): Promise<DepartmentKeys> {
  const { dir, node, exchangeAddress } = options;
  const init = { dir, node, name: NAMES[node] ?? node, exchangeAddress, now: new Date() };
  if (node === options.province) await initProvince({ ...init, rootFile: `${dir}-offline-root.pem` });
  else await initNode(init);
  const keys = new Map<string, string>();
  for (const { code, roles } of options.departments) {
    if (!roles.includes(DepartmentRole.ISSUING)) continue;
    keys.set(code, JSON.stringify(await addDepartmentKey(dir, code, { now: new Date() })));
  }
  return keys;
}

/** PEM texts of `operator/node`, with which the node acts for itself. */
export async function nodeOperator(dir: string): Promise<TlsIdentity> {
  const { ca, certificate, privateKey } = layoutOf(dir);
  const files = [ca, certificate('operator'), privateKey('operator')];
  const [caPem, cert, key] = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  return { ca: caPem!, cert: cert!, key: key! };
}

/** Registers the cities at the running province, with the issuer assignments, and installs their bundles. */
export async function enrolCities(
  province: { dir: string; node: string; clients: Pick<Clients, 'catalog' | 'ownLog'> },
  cities: readonly { dir: string }[],
  assignments: NodeCatalogue['issuerAssignments'],
): Promise<void> {
  const { catalog, ownLog } = province.clients;
  const requests = await Promise.all(cities.map(({ dir }) => readFile(layoutOf(dir).requestFile, 'utf8')));
  const objects = requests.flatMap((request) => registryObjects(parseRequest(request)));
  const issuers = assignments.map((value) => ({
    key: '',
    version: 0,
    node: '',
    retired: false,
    object: { $case: 'issuerAssignment' as const, value },
  }));
  const put = (object: CatalogObject) =>
    catalog.putRegistryObject({ object }, { waitForReady: true, deadlineMs: 60_000 });
  // The province puts its own row itself, as soon as its catalogue takes it.
  const own = { kind: ObjectKind.NODE, key: province.node, version: 0 };
  await waitUntil(() => catalog.getObject(own), { timeoutMs: 60_000, what: 'the province in its registry' });
  const nodes = objects.filter(({ object }) => object?.$case === 'nodeEntry');
  const keys = objects.filter((each) => !nodes.includes(each));
  // The keys last: a bundle that has them has all that stands before them.
  for (const object of [...nodes, ...issuers, ...keys]) await put(object);

  const ca = await readFile(layoutOf(province.dir).ca, 'utf8');
  const log = { node: province.node, log: 'catalog', generation: 0 };
  const catalogue = () => collectSnapshot(ownLog.catalog.getSnapshot({ log, from: 0n }));
  for (const [index, { dir }] of cities.entries()) {
    const options = { province: { dir: province.dir }, request: requests[index]!, now: new Date() };
    // What was put stands under a checkpoint a moment later.
    const bundle = await waitUntil(() => makeBundle({ ...options, catalogue }), {
      timeoutMs: 10_000,
      what: 'a bundle',
    });
    const fingerprint = authorityFingerprint(ca);
    await installBundle({ dir, bundle, fingerprint, now: new Date() });
  }
}
