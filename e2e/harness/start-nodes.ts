import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Broker, MirrorSupervisor } from '@lianzheng/deploy-kafka';
import { bootstrapProvince, readNodeConfig } from '@lianzheng/deploy-node';
import { layoutOf } from '@lianzheng/enrolment';
import { createLogger } from '@lianzheng/runtime';
import { makeCallers } from './callers.ts';
import { startMirror, startNodeBroker } from './carriers.ts';
import { type Clients, createClients } from './clients.ts';
import { type DepartmentKeys, enrolCities, nodeOperator } from './enrol.ts';
import { loadDepartments, loadTypesAndMatters, untilTypesKnown } from './load-catalogue.ts';
import { type MeshNode, meshNode } from './mesh-node.ts';
import { modeOf, type Place, type Plan } from './plan.ts';

type Stoppable = { stop(): Promise<void> };

/** What runs, in the order of stopping from last to first. */
export type Running = {
  readonly brokers: Map<string, Broker>;
  readonly mirrors: Map<string, MirrorSupervisor>;
  readonly nodes: Map<string, MeshNode>;
  readonly others: Stoppable[];
  readonly clients: Clients[];
};

export function running(parts: AsyncDisposableStack): Running {
  const brokers = new Map<string, Broker>();
  const mirrors = new Map<string, MirrorSupervisor>();
  const nodes = new Map<string, MeshNode>();
  const others: Stoppable[] = [];
  const clients: Clients[] = [];
  parts.defer(() => stopAll(brokers.values()));
  parts.defer(() => stopAll([...others, ...mirrors.values(), ...nodes.values()]));
  parts.defer(() => {
    for (const each of clients) each.close();
  });
  return { brokers, mirrors, nodes, others, clients };
}

async function stopAll(running: Iterable<Stoppable>): Promise<void> {
  await Promise.all([...running].map((each) => each.stop()));
}

/**
 * Starts everything as early as it can: the province's services enrol the cities while its Kafka still starts; the catalogue
 * loads while the cities start.
 */
export async function startNodes(plan: Plan, keys: DepartmentKeys, on: Running): Promise<void> {
  const { province } = plan;
  const cities = plan.cities.filter(({ node }) => !plan.later.includes(node));
  const startingKafka = startKafka(plan, province, on);
  // Awaited further down; until then a failure must not count as unhandled.
  startingKafka.catch(() => undefined);
  const provinceNode = await addNode(plan, province, on);
  await provinceNode.start();
  if (modeOf(plan, province.node) === 'mesh') keepBootstrapping(provinceNode, on);

  await enrol(plan, [province, ...cities], on);
  await Promise.all([
    startingKafka,
    loadOwn(plan, province, provinceNode, keys),
    ...cities.map((city) => startCity(plan, city, keys, startingKafka, on)),
  ]);
}

/** Enrols a city of `plan.later` at the running province, by file, and starts it. Its links may be cut meanwhile. */
export async function joinCity(
  plan: Plan,
  code: string,
  keys: DepartmentKeys,
  on: Running,
): Promise<MeshNode> {
  const city = plan.cities.find(({ node }) => node === code);
  if (!city) throw new Error(`no city ${code} in this mesh`);
  await enrol(plan, [city], on);
  return startCity(plan, city, keys, Promise.resolve(), on);
}

async function enrol({ province }: Plan, places: readonly Place[], on: Running): Promise<void> {
  const clients = createClients(province.node, province.ports.services, await nodeOperator(province.dir));
  on.clients.push(clients);
  await enrolCities(
    { dir: province.dir, node: province.node, clients },
    places.filter(({ tier }) => tier === 'city'),
    province.catalogue.issuerAssignments.filter((each) => places.some(({ node }) => node === each.node)),
  );
}

async function startCity(
  plan: Plan,
  city: Place,
  keys: DepartmentKeys,
  provinceKafka: Promise<void>,
  on: Running,
): Promise<MeshNode> {
  const node = await addNode(plan, city, on);
  await Promise.all([node.start(), startCarrier(plan, city, provinceKafka, on)]);
  await loadOwn(plan, city, node, keys);
  return node;
}

async function startKafka(plan: Plan, place: Place, on: Running): Promise<void> {
  const cities = place.tier === 'province' ? plan.cities : [];
  const { node, dir, ports } = place;
  on.brokers.set(
    node,
    await startNodeBroker({ node, dir, ports, cities, tls: plan.tls, profile: plan.profile }),
  );
}

async function startCarrier(
  plan: Plan,
  city: Place,
  provinceKafka: Promise<void>,
  on: Running,
): Promise<void> {
  if (plan.profile === 'shared') return;
  await Promise.all([startKafka(plan, city, on), provinceKafka]);
  const own = { node: city.node, dir: city.dir, broker: on.brokers.get(city.node)! };
  const province = { node: plan.province.node, bootstrap: `127.0.0.1:${city.ports.kafkaRelay}` };
  on.mirrors.set(city.node, await startMirror(own, province, plan.tls));
}

async function addNode(plan: Plan, { node, dir, catalogue }: Place, on: Running): Promise<MeshNode> {
  const authority = { dir: plan.province.dir, ca: await readFile(layoutOf(plan.province.dir).ca, 'utf8') };
  const added = meshNode({
    config: readNodeConfig(dir),
    kafka: () => on.brokers.get(plan.profile === 'shared' ? plan.province.node : node)!,
    mirror: () => on.mirrors.get(node),
    callers: await makeCallers(plan.dir, authority, catalogue),
    operator: await nodeOperator(dir),
    onOpened: (clients) => on.clients.push(clients),
  });
  on.nodes.set(node, added);
  return added;
}

/** In `mesh` mode nobody else puts the province's own rows. */
function keepBootstrapping({ config, dir }: MeshNode, on: Running): void {
  const logger = createLogger({ service: 'node', node: config.node, file: join(dir, 'node.log') });
  const bootstrap = bootstrapProvince(config, logger);
  on.others.push(bootstrap);
}

async function loadOwn(
  { catalogue, province }: Plan,
  place: Place,
  node: MeshNode,
  keys: DepartmentKeys,
): Promise<void> {
  await loadDepartments({ operator: node.clients('operator') }, place.catalogue, keys);
  if (!catalogue) return;
  if (place.tier === 'city') await untilTypesKnown(node.clients('operator'), province.catalogue);
  await loadTypesAndMatters({ managing: node.clients('managing') }, place.catalogue);
}
