import { LogKey } from '@lianzheng/proto/catalog/v1/objects';
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

const code = { pattern: /^\d{6}$/, expected: '行政区划代码 a division code' };
const address = { pattern: /^.+:\d{1,5}$/, expected: '主机:端口 host:port' };
const uri = {
  pattern: /^lianzheng:\/\/\d{6}\/(operator|auditor)\/[A-Za-z0-9._-]+$/,
  expected: 'lianzheng://<node>/{operator|auditor}/<id>, …',
};

export const spec = {
  node: text('LZ_NODE', { ...code, about: 'This node.' }),
  province: text('LZ_PROVINCE', { ...code, about: 'The node whose catalogue is the registry.' }),
  address: text('LZ_CATALOG_ADDRESS', { ...address, about: 'Where to listen; port 0 = any free one.' }),
  signatureAddress: text('LZ_SIGNATURE_ADDRESS', { ...address, about: 'Signs the checkpoints of our log.' }),
  exchangeAddress: text('LZ_EXCHANGE_ADDRESS', {
    ...address,
    about: 'Holds the catalogue logs of the other nodes; may be absent.',
  }),
  auditAddress: text('LZ_AUDIT_ADDRESS', { ...address, about: 'Takes our access entries; may be absent.' }),
  databaseUrl: secret('LZ_DATABASE_URL', { about: 'postgres://… of this service.' }),
  databaseAdminUrl: optional(secret('LZ_DATABASE_ADMIN_URL', { about: 'Migrates at the start when given.' })),
  kafkaBrokers: text('LZ_KAFKA_BROKERS', { about: 'The node’s own Kafka: host:port, …; may be absent.' }),
  kafkaCa: optional(pem('LZ_KAFKA_CA', { about: 'Without it Kafka is spoken to in clear text.' })),
  kafkaCert: optional(pem('LZ_KAFKA_CERT', { about: 'Our certificate for Kafka.' })),
  kafkaKey: optional(pem('LZ_KAFKA_KEY', { about: 'Its private key.' })),
  ca: pem('LZ_TLS_CA', { about: 'CA of all certificates.' }),
  cert: pem('LZ_TLS_CERT', { about: 'Certificate of this service.' }),
  key: pem('LZ_TLS_KEY', { about: 'Its private key.' }),
  bundle: optional(
    json('LZ_BUNDLE', readBundle, { about: 'Enrolment bundle; its catalogue comes through exchange.' }),
  ),
  operators: list('LZ_OPERATORS', { ...uri, fallback: [], about: 'Who operates the node.' }),
  auditors: list('LZ_AUDITORS', { ...uri, fallback: [], about: 'Who audits it.' }),
  ...processSpec,
};

export type Config = ProcessConfig & {
  readonly node: string;
  readonly province: string;
  readonly address: string;
  readonly signatureAddress: string;
  readonly exchangeAddress: string;
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
  readonly operators: readonly string[];
  readonly auditors: readonly string[];
  readonly clock: Clock;
};

export function readConfig(env: Env): Config {
  return Object.freeze({ ...readSpec(env, spec), clock: systemClock({ env }) });
}

/** What of the enrolment bundle concerns the catalogue (logs.md §8). */
export type Bundle = {
  readonly pinnedKeys: readonly LogKey[];
  /** Entries of the province's catalogue log that it brings; exchange verifies and hands them over. */
  readonly catalogueSize: number;
};

function readBundle(content: unknown): Bundle {
  const { pinnedKeys = [], catalogue } = (content ?? {}) as { pinnedKeys?: unknown; catalogue?: unknown };
  const { entries = [] } = (catalogue ?? {}) as { entries?: unknown };
  if (!Array.isArray(pinnedKeys)) throw new Error('pinnedKeys: 不是数组 not an array');
  if (!Array.isArray(entries)) throw new Error('catalogue.entries: 不是数组 not an array');
  return { pinnedKeys: pinnedKeys.map((key) => LogKey.fromJSON(key)), catalogueSize: entries.length };
}
