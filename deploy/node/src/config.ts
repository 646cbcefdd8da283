import { readFileSync } from 'node:fs';
import { layoutOf, type NodeIdentity } from '@lianzheng/enrolment';
import { ConfigError, type LogLevel, logLevels, type Problem } from '@lianzheng/runtime';
import { SERVICES, type ServiceName } from './services.ts';

export type Mode = 'standalone' | 'mesh';

/** What `node.json` says beside who the node is; everything but the database and Kafka has a default. */
export type NodeSettings = {
  /** One process for all services, or one for each. */
  mode?: Mode;
  /** Services that run here. */
  services?: readonly ServiceName[];
  /** Where they listen. */
  host?: string;
  /** Ports follow from it: catalog +1, issuance +3, signature +5, exchange +7, audit +9, gateway +11. */
  portBase?: number;
  /** Single ports that stand elsewhere. */
  ports?: Partial<Record<ServiceName, number>>;
  /** `adminUrl`: a role that may create roles and schemas in the node's database. */
  database: { adminUrl: string };
  /** Where metrics are served (HTTP, /metrics); in `mesh` mode of each service, by 2 further on. 0 = nowhere. */
  metricsPort?: number;
  /** The node's own Kafka; with `tls` its clients show `certs/kafka-client`. */
  kafka: { bootstrap: string; tls: boolean };
  /** SAN URIs; the node's own `operator/node` needs no mention. */
  operators?: readonly string[];
  auditors?: readonly string[];
  /** Opens keys and CA instead of the file `secret`. */
  passphraseFile?: string;
  /** host:port by node, where the address of the registry cannot be reached from here. */
  peerAddresses?: Readonly<Record<string, string>>;
  logLevel?: LogLevel;
  /** More environment for the services; only for names that they know. */
  environment?: Readonly<Record<string, string>>;
};

export type NodeConfig = NodeIdentity & {
  readonly dir: string;
  readonly mode: Mode;
  readonly province: string;
  readonly services: readonly ServiceName[];
  readonly host: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly metricsPort: number;
  readonly database: { readonly adminUrl: string };
  readonly kafka: { readonly bootstrap: string; readonly tls: boolean };
  readonly operators: readonly string[];
  readonly auditors: readonly string[];
  readonly passphraseFile?: string;
  readonly peerAddresses: Readonly<Record<string, string>>;
  readonly logLevel: LogLevel;
  readonly environment: Readonly<Record<string, string>>;
};

export const DEFAULT_PORT_BASE = 42_000;

/**
 * Odd ones only: Linux gives outgoing connections even ports first, so that none of them sits on a port that we are about
 * to listen on (42000 lies in its range).
 */
export function portsFrom(base: number): Record<ServiceName, number> {
  return Object.fromEntries(SERVICES.map((name, index) => [name, base + 2 * index + 1])) as Record<
    ServiceName,
    number
  >;
}

/** Reads `node.json` of an enrolled node. Throws a ConfigError that lists every problem. */
export function readNodeConfig(dir: string, mode?: Mode): NodeConfig {
  const { nodeFile } = layoutOf(dir);
  const file = parse(nodeFile);
  const problems = problemsOf(file);
  if (problems.length > 0) throw new ConfigError(problems);
  const settings = file as NodeSettings & NodeIdentity & { province: string };
  return Object.freeze({
    dir,
    node: settings.node,
    name: settings.name,
    tier: settings.tier,
    province: settings.province,
    exchangeAddress: settings.exchangeAddress,
    mode: mode ?? settings.mode ?? 'standalone',
    services: settings.services ?? SERVICES,
    host: settings.host ?? '127.0.0.1',
    ports: { ...portsFrom(settings.portBase ?? DEFAULT_PORT_BASE), ...settings.ports },
    metricsPort: settings.metricsPort ?? (settings.portBase ?? DEFAULT_PORT_BASE) + 51,
    database: settings.database,
    kafka: settings.kafka,
    operators: [`lianzheng://${settings.node}/operator/node`, ...(settings.operators ?? [])],
    auditors: settings.auditors ?? [],
    passphraseFile: settings.passphraseFile,
    peerAddresses: settings.peerAddresses ?? {},
    logLevel: settings.logLevel ?? 'info',
    environment: settings.environment ?? {},
  });
}

function parse(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const wrong = `无法读取 cannot be read: ${(error as Error).message}`;
    throw new ConfigError([{ name: path, wrong, expected: 'JSON 文件 a JSON file' }]);
  }
}

type Rule = {
  name: string;
  expected: string;
  optional?: boolean;
  /** Its value is never shown. */
  secret?: boolean;
  holds(value: unknown): boolean;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isPort = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isIn = (list: readonly unknown[]) => (value: unknown) => list.includes(value);
const isListOf = (holds: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(holds);
const isMapOf = (holds: (value: unknown) => boolean, keys: (key: string) => boolean) => (value: unknown) =>
  isObject(value) && Object.entries(value).every(([key, each]) => keys(key) && holds(each));
const isCode = (value: unknown) => isText(value) && /^\d{6}$/.test(value);
const isAddress = (value: unknown) => isText(value) && /^.+:\d{1,5}$/.test(value);
const isUri = (value: unknown) => isText(value) && value.startsWith('lianzheng://');

const rules: readonly Rule[] = [
  { name: 'node', expected: '行政区划代码 a division code', holds: isCode },
  { name: 'province', expected: '先安装注册包 install the bundle first', holds: isCode },
  { name: 'name', expected: '文本 text', holds: isText },
  { name: 'tier', expected: 'province | city', holds: isIn(['province', 'city']) },
  { name: 'exchangeAddress', expected: '主机:端口 host:port', holds: isAddress },
  { name: 'mode', expected: 'standalone | mesh', optional: true, holds: isIn(['standalone', 'mesh']) },
  { name: 'services', expected: SERVICES.join(', '), optional: true, holds: isListOf(isIn(SERVICES)) },
  { name: 'host', expected: '主机 a host', optional: true, holds: isText },
  { name: 'portBase', expected: '端口 a port', optional: true, holds: isPort },
  {
    name: 'ports',
    expected: '服务→端口 service → port',
    optional: true,
    holds: isMapOf(isPort, isIn(SERVICES)),
  },
  {
    name: 'metricsPort',
    expected: '端口，或 0 a port, or 0',
    optional: true,
    holds: (value) => value === 0 || isPort(value),
  },
  {
    name: 'database',
    secret: true,
    expected: '{ adminUrl: "postgres://…" }',
    holds: (value) => isObject(value) && isText(value.adminUrl) && URL.canParse(value.adminUrl),
  },
  {
    name: 'kafka',
    expected: '{ bootstrap: "host:port", tls: true | false }',
    holds: (value) => isObject(value) && isAddress(value.bootstrap) && typeof value.tls === 'boolean',
  },
  { name: 'operators', expected: 'lianzheng://…', optional: true, holds: isListOf(isUri) },
  { name: 'auditors', expected: 'lianzheng://…', optional: true, holds: isListOf(isUri) },
  { name: 'passphraseFile', expected: '路径 a path', optional: true, holds: isText },
  {
    name: 'peerAddresses',
    expected: '节点→主机:端口 node → host:port',
    optional: true,
    holds: isMapOf(isAddress, isCode),
  },
  { name: 'logLevel', expected: logLevels.join(', '), optional: true, holds: isIn(logLevels) },
  {
    name: 'environment',
    expected: 'LZ_… → 文本 text',
    optional: true,
    holds: isMapOf(
      (value) => typeof value === 'string',
      (key) => key.startsWith('LZ_'),
    ),
  },
];

function problemsOf(file: Record<string, unknown>): Problem[] {
  const wrong = rules.flatMap(({ name, expected, optional, secret, holds }) => {
    const value = file[name];
    if (value === undefined) return optional ? [] : [{ name, wrong: '未设置 not set', expected }];
    const shown = secret ? '' : `: ${JSON.stringify(value)}`;
    return holds(value) ? [] : [{ name, wrong: `不可用的值 not usable${shown}`, expected }];
  });
  const unknown = Object.keys(file).filter((name) => !rules.some((rule) => rule.name === name));
  const names = rules.map(({ name }) => name).join(', ');
  return [...wrong, ...unknown.map((name) => ({ name, wrong: '未知的字段 unknown field', expected: names }))];
}
