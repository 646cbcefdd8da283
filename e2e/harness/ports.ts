import { once } from 'node:events';
import { createServer } from 'node:net';
import { portsFrom, SERVICES, type ServiceName } from '@lianzheng/deploy-node';
import { freePort } from '@lianzheng/deploy-process';

/** Every port of a node and of the links that lead to and from it. */
export type NodePorts = {
  readonly services: Readonly<Record<ServiceName, number>>;
  readonly metrics: number;
  readonly kafka: number;
  /** Where the province's Kafka listens for this node, and the relay in front of it. */
  readonly kafkaListener: number;
  readonly kafkaRelay: number;
  /** This node's way to the province's exchange, and the province's way to this node's. */
  readonly toProvince: number;
  readonly fromProvince: number;
};

export type MeshPorts = { readonly postgres: number; readonly nodes: Readonly<Record<string, NodePorts>> };

/**
 * Each node has a hundred ports of its own: services +1 to +11, Kafka +21, links +31 to +37, metrics +51 to +63; PostgreSQL
 * has the first node's +91. Odd ones, as portsFrom says.
 */
export async function choosePorts(nodes: readonly string[], base: number): Promise<MeshPorts> {
  const chosen: Record<string, NodePorts> = {};
  for (const [index, node] of nodes.entries()) {
    chosen[node] = base === 0 ? await freePorts() : fixedPorts(base + 100 * index);
  }
  const ports = { postgres: base === 0 ? await freePort() : base + 91, nodes: chosen };
  if (base !== 0) await refuseTaken(ports);
  return ports;
}

function fixedPorts(base: number): NodePorts {
  return {
    services: portsFrom(base),
    metrics: base + 51,
    kafka: base + 21,
    kafkaListener: base + 31,
    kafkaRelay: base + 33,
    toProvince: base + 35,
    fromProvince: base + 37,
  };
}

async function freePorts(): Promise<NodePorts> {
  const services: [string, number][] = [];
  for (const name of SERVICES) services.push([name, await freePort()]);
  return {
    services: Object.fromEntries(services) as NodePorts['services'],
    metrics: await freePort(),
    kafka: await freePort(),
    kafkaListener: await freePort(),
    kafkaRelay: await freePort(),
    toProvince: await freePort(),
    fromProvince: await freePort(),
  };
}

async function refuseTaken({ postgres, nodes }: MeshPorts): Promise<void> {
  const ports = Object.values(nodes).flatMap(({ services, ...others }) => [
    ...Object.values(services),
    ...Object.values(others),
  ]);
  const taken: number[] = [];
  for (const port of [postgres, ...ports]) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return;
  throw new Error(
    `端口已被占用，可能另有演示在运行；可用 LZ_PORT_BASE 换一组 / ports in use, perhaps by another demo; LZ_PORT_BASE chooses others: ${taken.join(', ')}`,
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const outcome = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]).catch(() => false);
  if (outcome) await new Promise((resolve) => server.close(resolve));
  return outcome;
}
