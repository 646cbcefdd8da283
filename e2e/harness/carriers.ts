import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Broker,
  type ClusterAddress,
  type ClusterTls,
  cityAtProvinceAcls,
  cityOnSharedClusterAcls,
  ensureTopics,
  type MirrorSupervisor,
  startBroker,
  superviseMirror,
  topicsOf,
} from '@lianzheng/deploy-kafka';
import { layoutOf } from '@lianzheng/enrolment';
import type { NodePorts } from './ports.ts';

/** PEM texts of one of the node's certificates for Kafka. */
export async function kafkaTls(dir: string, id: 'kafka-broker' | 'kafka-client'): Promise<ClusterTls> {
  const { ca, certificate, privateKey } = layoutOf(dir);
  const [caPem, certPem, keyPem] = await Promise.all(
    [ca, certificate(id), privateKey(id)].map((path) => readFile(path, 'utf8')),
  );
  return { caPem: caPem!, certPem: certPem!, keyPem: keyPem! };
}

export type BrokerPlan = {
  node: string;
  /** The node's folder, with its certificates. */
  dir: string;
  tls: boolean;
  ports: NodePorts;
  /** Cities that reach this broker through their relays: it is the province's. */
  cities: readonly { node: string; ports: NodePorts }[];
  profile: 'bridged' | 'shared';
};

/** The Kafka of a node, with the topics of its logs. */
export async function startNodeBroker(plan: BrokerPlan): Promise<Broker> {
  const { node, dir, ports, cities, profile } = plan;
  const aclsOf = profile === 'shared' ? cityOnSharedClusterAcls : cityAtProvinceAcls;
  const broker = await startBroker({
    name: node,
    dir: join(dir, 'kafka'),
    port: ports.kafka,
    mesh: cities.map((city) => ({
      port: city.ports.kafkaListener,
      advertised: { host: '127.0.0.1', port: city.ports.kafkaRelay },
    })),
    tls: plan.tls ? await kafkaTls(dir, 'kafka-broker') : undefined,
    acls: plan.tls ? cities.flatMap((city) => aclsOf(city.node)) : [],
  });
  const client: ClusterAddress = {
    bootstrap: broker.bootstrap,
    tls: plan.tls ? await kafkaTls(dir, 'kafka-client') : undefined,
  };
  const others = profile === 'shared' ? cities.flatMap((city) => topicsOf(city.node)) : [];
  await ensureTopics(client, [...topicsOf(node), ...others]);
  return broker;
}

/** The MirrorMaker beside a city under its supervisor; what that tells goes to `mirror/events.jsonl`. */
export async function startMirror(
  city: { node: string; dir: string; broker: Broker },
  province: { node: string; bootstrap: string },
  tls: boolean,
): Promise<MirrorSupervisor> {
  const dir = join(city.dir, 'mirror');
  await mkdir(dir, { recursive: true });
  return superviseMirror({
    mirror: {
      dir,
      city: { node: city.node, bootstrap: city.broker.bootstrap },
      province,
      tls: tls ? await kafkaTls(city.dir, 'kafka-client') : undefined,
    },
    nowMs: Date.now,
    onEvent(event) {
      const err = event.err instanceof Error ? event.err.message : event.err;
      const line = JSON.stringify({ at: new Date().toISOString(), ...event, err });
      void appendFile(join(dir, 'events.jsonl'), `${line}\n`).catch(() => undefined);
    },
  });
}
