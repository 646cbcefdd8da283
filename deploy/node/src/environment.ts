import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { serviceUrl } from '@lianzheng/db';
import { layoutOf } from '@lianzheng/enrolment';
import type { Env } from '@lianzheng/runtime';
import type { NodeConfig } from './config.ts';
import { ensureOperatorToken } from './operator-token.ts';
import { configOf, SERVICES, type ServiceName } from './services.ts';

/**
 * The environment that the service's own spec names, and nothing else: no process learns where another's keys lie.
 * Makes the gateway's token of operators where there is none. Fails when the node's secret cannot be read.
 */
export async function environmentFor(service: ServiceName, config: NodeConfig): Promise<Env> {
  const [{ spec }, known] = await Promise.all([configOf(service), everythingFor(service, config)]);
  const names = Object.values(spec).flatMap(({ name, alternatives }) => [name, ...alternatives]);
  const always = ['LZ_TEST', 'LZ_CLOCK_OFFSET_MS', 'LZ_LOG_LEVEL'];
  return Object.fromEntries(
    [...names, ...always].flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]])),
  );
}

async function everythingFor(service: ServiceName, config: NodeConfig): Promise<Env> {
  const layout = layoutOf(config.dir);
  const { database, kafka, passphraseFile, peerAddresses } = config;
  const addresses = SERVICES.map((name) => [
    `LZ_${name.toUpperCase()}_ADDRESS`,
    `${config.host}:${config.ports[name]}`,
  ]);
  const peers = Object.entries(peerAddresses).map(([node, address]) => `${node}=${address}`);
  return {
    ...Object.fromEntries(addresses),
    LZ_NODE: config.node,
    LZ_PROVINCE: config.province,
    LZ_BUNDLE: layout.trustFile,
    LZ_KEYSTORE: layout.keys,
    LZ_MEMORY: layout.memory,
    ...(passphraseFile
      ? { LZ_KEY_PASSPHRASE_FILE: passphraseFile }
      : { LZ_KEY_SECRET_FILE: layout.secretFile }),
    LZ_TLS_CA: layout.ca,
    LZ_TLS_CERT: layout.certificate(service),
    LZ_TLS_KEY: layout.privateKey(service),
    LZ_DATABASE_ADMIN_URL: database.adminUrl,
    LZ_DATABASE_URL: serviceUrl(database.adminUrl, service, await databasePassword(service, config)),
    LZ_KAFKA_BROKERS: kafka.bootstrap,
    ...(kafka.tls && {
      LZ_KAFKA_CA: layout.ca,
      LZ_KAFKA_CERT: layout.certificate('kafka-client'),
      LZ_KAFKA_KEY: layout.privateKey('kafka-client'),
    }),
    LZ_OPERATORS: listOf(config.operators),
    LZ_AUDITORS: listOf(config.auditors),
    LZ_PEER_ADDRESSES: listOf(peers),
    LZ_LOG_LEVEL: config.logLevel,
    LZ_METRICS_ADDRESS: metricsAddress(config, service),
    ...(service === 'gateway' && {
      LZ_GATEWAY_OPERATOR_TOKEN_FILE: await ensureOperatorToken(config.dir),
    }),
    ...config.environment,
  };
}

/** Of a service with a process of its own, or of the process that holds them all. */
export function metricsAddress(
  { host, mode, metricsPort }: NodeConfig,
  service?: ServiceName,
): string | undefined {
  if (metricsPort === 0 || (mode === 'standalone' && service)) return undefined;
  const further = service ? 2 * (SERVICES.indexOf(service) + 1) : 0;
  return `${host}:${metricsPort + further}`;
}

const listOf = (values: readonly string[]) => (values.length > 0 ? values.join(',') : undefined);

/** Each role has its own password; all follow from the node's secret, so that none needs to be kept. */
async function databasePassword(service: ServiceName, { dir, node, passphraseFile }: NodeConfig) {
  const secret = await readFile(passphraseFile ?? layoutOf(dir).secretFile);
  return createHmac('sha256', secret).update(`lianzheng database ${node} ${service}`).digest('base64url');
}
