import type { Broker, MirrorSupervisor } from '@lianzheng/deploy-kafka';
import type { NodeConfig, ServiceName } from '@lianzheng/deploy-node';
import type { TlsIdentity } from '@lianzheng/rpc';
import type { CallerRole, SampleCaller } from './callers.ts';
import { type Clients, createClients } from './clients.ts';
import { isServing } from './health.ts';
import { type NodeProcess, nodeProcess } from './node-process.ts';
import { waitUntil } from './wait.ts';

export type MeshNode = NodeProcess & {
  readonly node: string;
  readonly tier: 'province' | 'city';
  readonly dir: string;
  readonly config: NodeConfig;
  /** The node's own; the province's where all share one cluster. */
  readonly kafka: Broker;
  /** Of a city, unless all share one cluster. */
  readonly mirror: MirrorSupervisor | undefined;
  /** Superuser's URL of the node's database. */
  readonly databaseUrl: string;
  readonly callers: readonly SampleCaller[];
  /** Clients of the node's services as the first sample caller of that role, or as the given department. */
  clients(as: CallerRole, department?: string): Clients;
  /** Whether the service says now that it serves. */
  serves(service: Exclude<ServiceName, 'gateway'>): Promise<boolean>;
  /** Resolves when every service that runs says that it serves, and the clients opened so far are connected to it. */
  ready(timeoutMs?: number): Promise<void>;
};

export type MeshNodeParts = {
  config: NodeConfig;
  kafka: () => Broker;
  mirror: () => MirrorSupervisor | undefined;
  callers: readonly SampleCaller[];
  /** Shown to health checks. */
  operator: TlsIdentity;
  /** Takes every client that was opened. */
  onOpened(clients: Clients): void;
};

export function meshNode({ config, kafka, mirror, callers, operator, onOpened }: MeshNodeParts): MeshNode {
  const { node, tier, dir, ports, services } = config;
  const opened = new Map<string, Clients>();
  const processes = nodeProcess(config);

  function clients(as: CallerRole, department?: string): Clients {
    const caller = callers.find((one) => one.role === as && (!department || one.department === department));
    if (!caller) throw new Error(`no sample caller at ${node}: ${as} ${department ?? ''}`);
    const known = opened.get(caller.uri);
    if (known) return known;
    const fresh = createClients(node, ports, caller.tls);
    opened.set(caller.uri, fresh);
    onOpened(fresh);
    return fresh;
  }

  const serves = (service: ServiceName) =>
    isServing(`127.0.0.1:${ports[service]}`, `lianzheng://${node}/service/${service}`, operator);

  async function ready(timeoutMs = 60_000): Promise<void> {
    const grpc = services.filter(
      (service): service is Exclude<ServiceName, 'gateway'> => service !== 'gateway',
    );
    const waiting = grpc.map((service) => {
      return waitUntil(
        async () => {
          if (!processes.isUp()) return 'ended';
          return (await serves(service)) && 'serving';
        },
        { timeoutMs, what: `${service} of ${node} serves` },
      );
    });
    if ((await Promise.all(waiting)).includes('ended')) {
      throw new Error(`node ${node} ended; its log ends with:\n${await processes.logTail()}`);
    }
    await Promise.all([...opened.values()].map((one) => one.ready(grpc, timeoutMs)));
  }

  return {
    ...processes,
    node,
    tier,
    dir,
    config,
    get kafka() {
      return kafka();
    },
    get mirror() {
      return mirror();
    },
    databaseUrl: config.database.adminUrl,
    callers,
    clients,
    serves,
    ready,
  };
}
