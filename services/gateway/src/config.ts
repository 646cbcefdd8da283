import {
  type Clock,
  type Env,
  integer,
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

const address = { pattern: /^.+:\d{1,5}$/, expected: '主机:端口 host:port' };

export const spec = {
  node: text('LZ_NODE', {
    pattern: /^\d{6}$/,
    expected: '行政区划代码 a division code',
    about: 'This node.',
  }),
  address: text('LZ_GATEWAY_ADDRESS', {
    ...address,
    about: 'Where to listen (HTTP); port 0 = any free one.',
  }),
  catalogAddress: text('LZ_CATALOG_ADDRESS', address),
  issuanceAddress: text('LZ_ISSUANCE_ADDRESS', address),
  signatureAddress: text('LZ_SIGNATURE_ADDRESS', address),
  exchangeAddress: text('LZ_EXCHANGE_ADDRESS', address),
  auditAddress: text('LZ_AUDIT_ADDRESS', address),
  ca: pem('LZ_TLS_CA', { about: 'CA of all certificates.' }),
  cert: pem('LZ_TLS_CERT', { about: 'Certificate of this service, for its calls.' }),
  key: pem('LZ_TLS_KEY', { about: 'Its private key.' }),
  publicRate: integer('LZ_PUBLIC_RATE', {
    min: 1,
    fallback: 60,
    about: 'Public verifications a minute for one client address.',
  }),
  trustedProxies: list('LZ_TRUSTED_PROXIES', {
    pattern: /^[0-9A-Fa-f.:]+(\/\d{1,3})?$/,
    expected: '地址或网段 addresses or CIDR ranges, …',
    fallback: [],
    about: 'Whose X-Forwarded-For counts; by default nobody’s.',
  }),
  operatorToken: optional(
    secret('LZ_GATEWAY_OPERATOR_TOKEN', {
      about: 'Opens /v1/links and /metrics; without it they do not exist.',
    }),
  ),
  ...processSpec,
};

export type Config = ProcessConfig & {
  readonly node: string;
  readonly address: string;
  readonly catalogAddress: string;
  readonly issuanceAddress: string;
  readonly signatureAddress: string;
  readonly exchangeAddress: string;
  readonly auditAddress: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly publicRate: number;
  readonly trustedProxies: readonly string[];
  readonly operatorToken?: string;
  readonly clock: Clock;
};

export function readConfig(env: Env): Config {
  return Object.freeze({ ...readSpec(env, spec), clock: systemClock({ env }) });
}
