import type { Properties } from './properties.ts';
import { PRINCIPAL_RULE } from './tls.ts';

export interface Endpoint {
  host: string;
  port: number;
}

export interface BrokerListeners {
  /** For the node's own services. */
  local: Endpoint;
  /**
   * For other nodes: where it listens, and the address that clients are told, which may be a relay's. Several where
   * each of them comes by an address of its own.
   */
  mesh: readonly (Endpoint & { advertised: Endpoint })[];
  /** KRaft's own traffic, on this machine only. */
  controllerPort: number;
}

/** One broker that is its own controller, small, durable and quick to come back. */
export function brokerProperties(logDir: string, listeners: BrokerListeners): Properties {
  const { local, mesh, controllerPort } = listeners;
  const meshes = mesh.map((each, index) => ({ ...each, name: index === 0 ? 'MESH' : `MESH${index + 1}` }));
  const names = ['LOCAL', ...meshes.map(({ name }) => name), 'CONTROLLER'];
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@localhost:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'LOCAL',
    listeners: [
      `LOCAL://${address(local)}`,
      ...meshes.map((each) => `${each.name}://${address(each)}`),
      `CONTROLLER://localhost:${controllerPort}`,
    ].join(','),
    'advertised.listeners': [
      `LOCAL://${address(local)}`,
      ...meshes.map(({ name, advertised }) => `${name}://${address(advertised)}`),
    ].join(','),
    'listener.security.protocol.map': names.map((name) => `${name}:PLAINTEXT`).join(','),
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'num.network.threads': 1,
    'num.io.threads': 2,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    // acks=-1 on one broker means the page cache; this makes it the disk.
    'log.flush.interval.messages': 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Lets MirrorMaker be found dead after 2 s.
    'group.min.session.timeout.ms': 1_000,
    // After kill -9 the controller waits until the dead registration has run out.
    'broker.session.timeout.ms': 1_500,
    'broker.heartbeat.interval.ms': 300,
  };
}

/** Everybody shows a certificate; who is not in `superUsers` may do only what an ACL says. */
export function securedProperties(plain: Properties, tlsFiles: Properties, superUsers: string[]): Properties {
  return {
    ...plain,
    ...tlsFiles,
    'listener.security.protocol.map': String(plain['listener.security.protocol.map']).replaceAll(
      'PLAINTEXT',
      'SSL',
    ),
    'ssl.client.auth': 'required',
    'ssl.principal.mapping.rules': PRINCIPAL_RULE,
    // Outgoing connections of a single broker go to itself, at addresses that need not stand in its certificate.
    'ssl.endpoint.identification.algorithm': '',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': superUsers.map((name) => `User:${name}`).join(';'),
    'allow.everyone.if.no.acl.found': false,
  };
}

export function address({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
