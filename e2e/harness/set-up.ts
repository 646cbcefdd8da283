import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeSettings } from '@lianzheng/deploy-node';
import { type Postgres, startPostgres } from '@lianzheng/deploy-postgres';
import { updateNodeFile } from '@lianzheng/enrolment';
import { auditorUri, operatorUri } from './callers.ts';
import { type DepartmentKeys, makeFolder } from './enrol.ts';
import { createCityLinks } from './links.ts';
import { kafkaOf, modeOf, type Place, type Plan } from './plan.ts';
import type { Relay } from './relay.ts';

const databaseOf = (node: string) => `node_${node}`;

/** One server with a database for each node, empty also where an earlier run was killed. */
export async function openPostgres(plan: Plan, parts: AsyncDisposableStack): Promise<Postgres> {
  const postgres = await startPostgres({
    dir: join(plan.dir, 'postgres'),
    port: plan.postgresPort,
    settings: { max_connections: 100 * plan.places.length },
  });
  // Its folder may lie elsewhere, where user postgres can reach it.
  parts.defer(() => rm(postgres.dir, { recursive: true, force: true }));
  parts.adopt(postgres, (it) => it.stop('fast'));
  for (const { node } of plan.places) {
    await postgres.dropDatabase(databaseOf(node));
    await postgres.createDatabase(databaseOf(node));
  }
  return postgres;
}

/** The relays of each city. */
export async function openLinks(
  { province, cities }: Plan,
  parts: AsyncDisposableStack,
): Promise<ReadonlyMap<string, readonly Relay[]>> {
  const links = new Map<string, readonly Relay[]>();
  for (const city of cities) {
    const relays = await createCityLinks(city.ports, province.ports);
    parts.defer(async () => void (await Promise.all(relays.map((relay) => relay.stop()))));
    links.set(city.node, relays);
  }
  return links;
}

/** Folders and keys of all nodes; public keys by department. */
export async function makeFolders({ places, province }: Plan): Promise<DepartmentKeys> {
  const keys = await Promise.all(
    places.map(({ node, dir, tier, ports, catalogue }) => {
      const port = tier === 'province' ? ports.services.exchange : ports.fromProvince;
      const exchangeAddress = `127.0.0.1:${port}`;
      const { departments } = catalogue;
      return makeFolder({ dir, node, province: province.node, exchangeAddress, departments });
    }),
  );
  return new Map(keys.flatMap((each) => [...each]));
}

export async function writeSettings(plan: Plan, place: Place, postgres: Postgres): Promise<void> {
  const { node, dir, tier, ports } = place;
  const settings: NodeSettings = {
    mode: modeOf(plan, node),
    services: plan.services,
    ports: ports.services,
    // With a process for each service metrics take six more ports, which only a fixed range has.
    metricsPort: plan.mode === 'mesh' && plan.portBase === 0 ? 0 : ports.metrics,
    database: { adminUrl: postgres.url(databaseOf(node)) },
    kafka: { bootstrap: kafkaOf(plan, place), tls: plan.tls },
    operators: [operatorUri(node)],
    auditors: [auditorUri(node)],
    peerAddresses: tier === 'city' ? { [plan.province.node]: `127.0.0.1:${ports.toProvince}` } : {},
    environment: plan.environment[node] ?? {},
  };
  await updateNodeFile(dir, settings);
}
