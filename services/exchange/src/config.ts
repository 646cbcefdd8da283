import {
  type Clock,
  type Env,
  json,
  list,
  optional,
  type ProcessConfig,
  pem,
  processSpec,
  readConfig as readSpec,
  secret,
  systemClock,
  text,
} from '@lianzheng/runtime';
import { type Bundle, readBundle } from './bundle.ts';

const code = { pattern: /^\d{6}$/, expected: '行政区划代码 a division code' };
const uri = {
  pattern: /^lianzheng:\/\/\d{6}\/(operator|auditor)\/[A-Za-z0-9._-]+$/,
  expected: 'lianzheng://<node>/{operator|auditor}/<id>, …',
};
const address = { pattern: /^.+:\d{1,5}$/, expected: '主机:端口 host:port' };

export const spec = {
  node: text('LZ_NODE', { ...code, about: 'This node.' }),
  province: text('LZ_PROVINCE', { ...code, about: 'The node whose catalogue is the registry.' }),
  address: text('LZ_EXCHANGE_ADDRESS', { ...address, about: 'Where to listen; port 0 = any free one.' }),
  catalogAddress: text('LZ_CATALOG_ADDRESS', address),
  issuanceAddress: text('LZ_ISSUANCE_ADDRESS', address),
  signatureAddress: text('LZ_SIGNATURE_ADDRESS', address),
  auditAddress: text('LZ_AUDIT_ADDRESS', address),
  databaseUrl: secret('LZ_DATABASE_URL', { about: 'postgres://… of this service.' }),
  databaseAdminUrl: optional(secret('LZ_DATABASE_ADMIN_URL', { about: 'Migrates at the start when given.' })),
  kafkaBrokers: text('LZ_KAFKA_BROKERS', { about: 'The node’s own Kafka: host:port, …' }),
  kafkaCa: optional(pem('LZ_KAFKA_CA', { about: 'Without it Kafka is spoken to in clear text.' })),
  kafkaCert: optional(pem('LZ_KAFKA_CERT')),
  kafkaKey: optional(pem('LZ_KAFKA_KEY')),
  ca: pem('LZ_TLS_CA', { about: 'CA of all certificates.' }),
  cert: pem('LZ_TLS_CERT', { about: 'Certificate of this service.' }),
  key: pem('LZ_TLS_KEY', { about: 'Its private key.' }),
  bundle: optional(
    json('LZ_BUNDLE', readBundle, {
      about: 'Enrolment bundle: pinned keys and the snapshot of the registry.',
    }),
  ),
  peerAddresses: list('LZ_PEER_ADDRESSES', {
    pattern: /^\d{6}=.+:\d{1,5}$/,
    expected: '<node>=host:port, …',
    fallback: [],
    about:
      'Other ways to the exchanges of other nodes than the addresses of the registry, for example a tunnel.',
  }),
  operators: list('LZ_OPERATORS', { ...uri, fallback: [], about: 'Who operates the node.' }),
  auditors: list('LZ_AUDITORS', { ...uri, fallback: [], about: 'Who audits it.' }),
  ...processSpec,
};

export type Config = ProcessConfig & {
  readonly node: string;
  readonly province: string;
  readonly address: string;
  readonly catalogAddress: string;
  readonly issuanceAddress: string;
  readonly signatureAddress: string;
  readonly auditAddress: string;
  readonly databaseUrl: string;
  readonly databaseAdminUrl?: string;
  readonly kafkaBrokers: string;
  readonly kafkaCa?: string;
  readonly kafkaCert?: string;
  readonly kafkaKey?: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly bundle?: Bundle;
  readonly peerAddresses: readonly string[];
  readonly operators: readonly string[];
  readonly auditors: readonly string[];
  readonly clock: Clock;
};

export function readConfig(env: Env): Config {
  return Object.freeze({ ...readSpec(env, spec), clock: systemClock({ env }) });
}
