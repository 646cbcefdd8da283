import {
  type Clock,
  ConfigError,
  type Env,
  integer,
  list,
  optional,
  type ProcessConfig,
  pem,
  processSpec,
  readConfig as readSpec,
  systemClock,
  text,
} from '@lianzheng/runtime';

const uri = {
  pattern: /^lianzheng:\/\/\d{6}\/(operator|auditor)\/[A-Za-z0-9._-]+$/,
  expected: 'lianzheng://<node>/{operator|auditor}/<id>, …',
};
const address = { pattern: /^.+:\d{1,5}$/, expected: '主机:端口 host:port' };

export const spec = {
  node: text('LZ_NODE', {
    pattern: /^\d{6}$/,
    expected: '行政区划代码 a division code',
    about: 'This node.',
  }),
  address: text('LZ_SIGNATURE_ADDRESS', { ...address, about: 'Where to listen; port 0 = any free one.' }),
  auditAddress: text('LZ_AUDIT_ADDRESS', {
    ...address,
    about: 'Takes our access entries; may be absent for a while.',
  }),
  keystore: text('LZ_KEYSTORE', { about: 'Folder of the sealed keys.' }),
  memory: text('LZ_MEMORY', {
    about: 'Folder of what was signed last and of access entries not yet handed over.',
  }),
  passphraseFile: optional(
    text('LZ_KEY_PASSPHRASE_FILE', { about: 'Passphrase of the keystore; this or the next.' }),
  ),
  secretFile: optional(text('LZ_KEY_SECRET_FILE', { about: '32 random bytes that open the keystore.' })),
  ca: pem('LZ_TLS_CA', { about: 'CA of all certificates.' }),
  cert: pem('LZ_TLS_CERT', { about: 'Certificate of this service.' }),
  key: pem('LZ_TLS_KEY', { about: 'Its private key.' }),
  operators: list('LZ_OPERATORS', { ...uri, fallback: [], about: 'Who operates the node.' }),
  auditors: list('LZ_AUDITORS', { ...uri, fallback: [], about: 'Who audits it.' }),
  indexRate: integer('LZ_INDEX_RATE', {
    min: 1,
    fallback: 5_000,
    about: 'Holder indices a second for issuance; ten seconds of it at once.',
  }),
  exchangeIndexRate: integer('LZ_INDEX_RATE_EXCHANGE', {
    min: 1,
    fallback: 1_000,
    about: 'The same for exchange, which looks up case by case.',
  }),
  ...processSpec,
};

export type Config = ProcessConfig & {
  readonly node: string;
  readonly address: string;
  readonly auditAddress: string;
  readonly keystore: string;
  readonly memory: string;
  readonly passphraseFile?: string;
  readonly secretFile?: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly operators: readonly string[];
  readonly auditors: readonly string[];
  readonly indexRate: number;
  readonly exchangeIndexRate: number;
  readonly clock: Clock;
};

export function readConfig(env: Env): Config {
  const config = readSpec(env, spec);
  if ((config.passphraseFile === undefined) === (config.secretFile === undefined)) throw oneSecret();
  return Object.freeze({ ...config, clock: systemClock({ env }) });
}

function oneSecret(): ConfigError {
  const name = 'LZ_KEY_PASSPHRASE_FILE, LZ_KEY_SECRET_FILE';
  return new ConfigError([
    { name, wrong: '都未设置或都已设置 none or both set', expected: '恰好其一 exactly one of them' },
  ]);
}
