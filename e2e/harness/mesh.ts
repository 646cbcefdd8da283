import { join } from 'node:path';
import { prepareKafka } from '@lianzheng/deploy-kafka';
import type { Postgres } from '@lianzheng/deploy-postgres';
import { layoutOf } from '@lianzheng/enrolment';
import type { Department } from '@lianzheng/proto/catalog/v1/objects';
import type { CallerRole } from './callers.ts';
import type { Clients } from './clients.ts';
import type { DepartmentKeys } from './enrol.ts';
import { untilLinksFresh } from './links.ts';
import { writeMeshFile } from './mesh-file.ts';
import type { MeshNode } from './mesh-node.ts';
import { type MeshOptions, type Plan, planOf } from './plan.ts';
import type { Relay } from './relay.ts';
import { type NodeRoots, rootsAgree } from './roots.ts';
import { makeFolders, openLinks, openPostgres, writeSettings } from './set-up.ts';
import { joinCity, type Running, running, startNodes } from './start-nodes.ts';

export type Mesh = {
  readonly dir: string;
  /** `mesh.json`. */
  readonly file: string;
  readonly nodes: Readonly<Record<string, MeshNode>>;
  /** Of all nodes. */
  readonly postgres: Postgres;
  /** Throws for a node that is not of this mesh. */
  node(code: string): MeshNode;
  /** As the first sample caller of that role at the node, or as the given department. */
  clients(node: string, as: CallerRole, department?: string): Clients;
  /** Of the departments the one that `clients(node, 'issuing')` are. */
  issuerOf(node: string, departments: readonly Department[]): Department;
  /** Cuts every connection between the city and the province, Kafka's and gRPC's. */
  cut(city: string): Promise<void>;
  heal(city: string): Promise<void>;
  /** Enrols and starts a city of `later`; resolves when it serves, also with its links cut. */
  join(city: string): Promise<MeshNode>;
  /** Waits until every node says that its links to all others are fresh. */
  linksFresh(timeoutMs?: number): Promise<void>;
  /** Waits until all copies have their owners' roots; throws naming those that differ. */
  rootsAgree(timeoutMs?: number): Promise<NodeRoots[]>;
  stop(): Promise<void>;
};

/**
 * A province and its cities on this machine, for real: PostgreSQL, Kafka, MirrorMaker, enrolment, all services, the
 * catalogue, sample callers. Resolves when every service serves and every link is fresh. All of it ends with this process.
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  await using parts = new AsyncDisposableStack();
  const plan = await planOf(options);
  const links = await openLinks(plan, parts);
  const [postgres, keys] = await Promise.all([openPostgres(plan, parts), makeFolders(plan), prepareKafka()]);
  for (const place of plan.places) await writeSettings(plan, place, postgres);

  const on = running(parts);
  const mesh = await bringUp({ plan, keys, links, postgres, on }).catch(async (cause: unknown) => {
    throw new Error(`the mesh did not come up: ${(cause as Error).message}${await endedNodes(on)}`, {
      cause,
    });
  });
  const closing = parts.move();
  let stopped: Promise<void> | undefined;
  return {
    ...mesh,
    stop() {
      stopped ??= closing.disposeAsync();
      return stopped;
    },
  };
}

type Parts = {
  plan: Plan;
  keys: DepartmentKeys;
  links: ReadonlyMap<string, readonly Relay[]>;
  postgres: Postgres;
  on: Running;
};

async function bringUp(parts: Parts): Promise<Omit<Mesh, 'stop'>> {
  const { plan, keys, on } = parts;
  await startNodes(plan, keys, on);
  const nodes = plan.places.flatMap(({ node }) => on.nodes.get(node) ?? []);
  await Promise.all(nodes.map((node) => node.ready()));
  const mesh = meshOf(parts, nodes);
  await describe(mesh.file, plan, nodes);
  await mesh.linksFresh();
  return mesh;
}

/** A node that ended by itself says why in its log. */
async function endedNodes({ nodes }: Running): Promise<string> {
  const ended = [...nodes.values()].filter((node) => !node.isUp());
  const tails = await Promise.all(
    ended.map(async ({ node, logTail }) => `\n${node} ended:\n${await logTail()}`),
  );
  return tails.join('');
}

/** `nodes` grows by those that join. */
function meshOf({ plan, keys, links, postgres, on }: Parts, nodes: MeshNode[]): Omit<Mesh, 'stop'> {
  const { dir } = plan;
  const byCode = Object.fromEntries(nodes.map((each) => [each.node, each]));
  const node = (code: string) => byCode[code] ?? unknown(code);
  const relaysOf = (city: string) => links.get(city) ?? unknown(city);
  return {
    dir,
    file: join(dir, 'mesh.json'),
    nodes: byCode,
    postgres,
    node,
    clients: (code, as, department) => node(code).clients(as, department),
    issuerOf(code, departments) {
      const issuer = node(code).callers.find(({ role }) => role === 'issuing')?.department;
      return departments.find((each) => each.code === issuer) ?? unknown(`issuer of ${code}`);
    },
    cut: async (city) => void (await Promise.all(relaysOf(city).map((relay) => relay.cut()))),
    heal: async (city) => void (await Promise.all(relaysOf(city).map((relay) => relay.heal()))),
    async join(city) {
      const joined = await joinCity(plan, city, keys, on);
      await joined.ready();
      nodes.push(joined);
      byCode[city] = joined;
      return joined;
    },
    async linksFresh(timeoutMs = 60_000) {
      const codes = Object.keys(byCode);
      await Promise.all(
        nodes.map((each) => {
          const others = codes.filter((code) => code !== each.node);
          return untilLinksFresh(each.node, each.clients('operator'), others, timeoutMs);
        }),
      );
    },
    rootsAgree: (timeoutMs) =>
      rootsAgree(
        nodes.map((each) => ({ node: each.node, operator: each.clients('operator') })),
        timeoutMs,
      ),
  };
}

function unknown(what: string): never {
  throw new Error(`not in this mesh: ${what}`);
}

async function describe(file: string, plan: Plan, nodes: readonly MeshNode[]): Promise<void> {
  await writeMeshFile(file, plan.dir, {
    ca: layoutOf(plan.province.dir).ca,
    nodes: nodes.map(({ node, tier, kafka, databaseUrl }) => {
      const { ports } = plan.places.find((place) => place.node === node)!;
      return { node, tier, ports, kafka: kafka.bootstrap, postgres: databaseUrl };
    }),
    callers: nodes.flatMap(({ callers }) => callers),
  });
}
