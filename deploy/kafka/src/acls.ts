import { carrierGroupPrefix } from '@lianzheng/kafka/carrier-state';
import type { Acl } from '@lianzheng/kafka/cluster-admin';

/** The logs whose topics travel, in the order of architecture §2. */
const LOGS = ['status', 'catalog', 'access'];

export function topicsOf(node: string): string[] {
  return LOGS.map((log) => `lianzheng.${log}.${node}`);
}

/**
 * What the broker of the province allows a city: to write its own topics and no other, to read all of `lianzheng.`, and what its
 * MirrorMaker needs for its own bookkeeping. `principal` is the CN of the certificate that the city's MirrorMaker shows.
 */
export function cityAtProvinceAcls(city: string, principal = city): Acl[] {
  const topic = { principal, resource: 'TOPIC', pattern: 'LITERAL' } as const;
  const group = { principal, resource: 'GROUP', operations: ['READ', 'DESCRIBE'] } as const;
  const own = topicsOf(city).map((name): Acl => {
    return { ...topic, name, operations: ['WRITE', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'] };
  });
  const bookkeeping = ['configs', 'offsets', 'status'].map((name): Acl => {
    const operations = ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'] as const;
    return { ...topic, name: `mm2-${name}.${city}.internal`, operations };
  });
  return [
    ...own,
    {
      ...topic,
      name: 'lianzheng.',
      pattern: 'PREFIXED',
      operations: ['READ', 'DESCRIBE', 'DESCRIBE_CONFIGS'],
    },
    ...bookkeeping,
    { ...topic, name: 'heartbeats', operations: ['WRITE', 'CREATE', 'DESCRIBE'] },
    { ...group, name: `${city}-mm2`, pattern: 'LITERAL' },
    { ...group, name: `${carrierGroupPrefix(city)}.`, pattern: 'PREFIXED' },
  ];
}

/**
 * What a cluster that all nodes share allows a city: to write its own topics and no other, and to read all of `lianzheng.`.
 * `principal` is the CN of the certificate that the city's services show.
 */
export function cityOnSharedClusterAcls(city: string, principal = city): Acl[] {
  const topic = { principal, resource: 'TOPIC' } as const;
  return [
    ...topicsOf(city).map((name): Acl => {
      const operations = ['WRITE', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'] as const;
      return { ...topic, name, pattern: 'LITERAL', operations };
    }),
    {
      ...topic,
      name: 'lianzheng.',
      pattern: 'PREFIXED',
      operations: ['READ', 'DESCRIBE', 'DESCRIBE_CONFIGS'],
    },
    {
      principal,
      resource: 'GROUP',
      name: `lianzheng.exchange.${city}.`,
      pattern: 'PREFIXED',
      operations: ['READ', 'DESCRIBE'],
    },
  ];
}
