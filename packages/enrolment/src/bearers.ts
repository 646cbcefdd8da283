import { isIP } from 'node:net';
import { makeRequest, type RequestedNames } from '@lianzheng/certificate';
import { writeWhole } from './files.ts';
import { layoutOf } from './layout.ts';

/** A part of the node that bears a certificate. */
export type Bearer = {
  readonly id: string;
  /** A service answers and calls, a caller only calls. */
  readonly kind: 'service' | 'caller';
  readonly names: RequestedNames;
};

const SERVICES = ['catalog', 'issuance', 'signature', 'exchange', 'audit', 'gateway'] as const;

/**
 * One certificate per service, named `lianzheng://<node>/service/<name>`. Kafka knows the bearer of a certificate by its
 * CN: its broker and its clients (services, MirrorMaker) show the node's code. As `operator/node` the node does by itself what
 * else an operator would do.
 */
export function bearersOf(node: string, hosts: readonly string[] = []): Bearer[] {
  const all = [...new Set(['localhost', '127.0.0.1', ...hosts])];
  const reached = {
    dnsNames: all.filter((host) => !isIP(host)),
    ipAddresses: all.filter((host) => isIP(host)),
  };
  return [
    ...SERVICES.map((name) => ({
      id: name,
      kind: 'service' as const,
      names: { commonName: `${name}.${node}`, uri: `lianzheng://${node}/service/${name}`, ...reached },
    })),
    { id: 'kafka-broker', kind: 'service', names: { commonName: node, ...reached } },
    { id: 'kafka-client', kind: 'caller', names: { commonName: node } },
    {
      id: 'operator',
      kind: 'caller',
      names: { commonName: `operator.${node}`, uri: `lianzheng://${node}/operator/node` },
    },
  ];
}

/** The host of `host:port`. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

/** Makes the private keys in the node's folder and returns a request (PEM) for each. */
export async function requestCertificates(
  dir: string,
  bearers: readonly Bearer[],
): Promise<Record<string, string>> {
  const requests = await Promise.all(
    bearers.map(async ({ id, names }) => {
      const { csrPem, keyPem } = await makeRequest(names);
      await writeWhole(layoutOf(dir).privateKey(id), keyPem, 'private');
      return [id, csrPem] as const;
    }),
  );
  return Object.fromEntries(requests);
}

export async function installCertificates(
  dir: string,
  caPem: string,
  certificates: Readonly<Record<string, string>>,
): Promise<void> {
  const layout = layoutOf(dir);
  await writeWhole(layout.ca, caPem, 'public');
  for (const [id, pem] of Object.entries(certificates)) {
    await writeWhole(layout.certificate(id), pem, 'public');
  }
}
