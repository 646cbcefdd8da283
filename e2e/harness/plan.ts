import { join } from 'node:path';
import { type NodeCatalogue, readCatalogue } from '@lianzheng/deploy-catalogue';
import { type Mode, SERVICES, type ServiceName } from '@lianzheng/deploy-node';
import { choosePorts, type NodePorts } from './ports.ts';

export type Profile = 'bridged' | 'shared';

export type MeshOptions = {
  /** Everything lies below it; it should be empty. */
  dir: string;
  /** Division codes, the province first. */
  nodes?: readonly string[];
  /** A Kafka for each node with MirrorMaker between them (default), or one Kafka for all. */
  profile?: Profile;
  /** One process for a node (default), or one for each of its services. */
  mode?: Mode;
  /** Of single nodes, by node. */
  modes?: Readonly<Record<string, Mode>>;
  /** Cities that are neither enrolled nor started before `join`. */
  later?: readonly string[];
  /** Kafka with TLS and ACLs (default), or in clear text. */
  tls?: boolean;
  /** 0 (default): free ports. */
  portBase?: number;
  /** Whether types, matters and authorisations are loaded (default); departments and assignments always are. */
  catalogue?: boolean;
  /** More environment for the services of a node, by node. */
  environment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  services?: readonly ServiceName[];
};

export type Place = {
  readonly node: string;
  readonly tier: 'province' | 'city';
  readonly dir: string;
  readonly ports: NodePorts;
  /** What it owns, from deploy/catalogue. */
  readonly catalogue: NodeCatalogue;
};

export type Plan = Required<Omit<MeshOptions, 'nodes'>> & {
  readonly postgresPort: number;
  readonly province: Place;
  readonly cities: readonly Place[];
  /** The province first. */
  readonly places: readonly Place[];
};

const DEFAULT_NODES = ['440000', '440100', '440300'];

export async function planOf({ nodes = DEFAULT_NODES, ...options }: MeshOptions): Promise<Plan> {
  const { portBase = 0, dir } = options;
  const [ports, catalogue] = await Promise.all([choosePorts(nodes, portBase), readCatalogue()]);
  const places = nodes.map((node, index): Place => {
    const owned = catalogue.nodes.find((each) => each.node === node);
    if (!owned) throw new Error(`deploy/catalogue has no node ${node}`);
    const tier = index === 0 ? 'province' : 'city';
    return { node, tier, dir: join(dir, node), ports: ports.nodes[node]!, catalogue: owned };
  });
  const [province, ...cities] = places;
  if (!province) throw new Error('a mesh has at least a province');
  return {
    profile: 'bridged',
    mode: 'standalone',
    modes: {},
    later: [],
    tls: true,
    portBase,
    catalogue: true,
    environment: {},
    services: SERVICES,
    ...options,
    postgresPort: ports.postgres,
    province,
    cities,
    places,
  };
}

export const modeOf = ({ mode, modes }: Pick<Plan, 'mode' | 'modes'>, node: string): Mode =>
  modes[node] ?? mode;

/** host:port at which a node's services reach their Kafka; in the shared profile a city's way leads over its relay. */
export function kafkaOf({ profile }: Pick<Plan, 'profile'>, { tier, ports }: Place): string {
  const own = profile === 'bridged' || tier === 'province';
  return `127.0.0.1:${own ? ports.kafka : ports.kafkaRelay}`;
}
