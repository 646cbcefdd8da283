import { join } from 'node:path';

/** Where everything of a node lies in its folder; the README says who may read what. */
export type Layout = {
  readonly dir: string;
  /** Who the node is and how its services run. */
  readonly nodeFile: string;
  /** 32 random bytes that open everything sealed here. */
  readonly secretFile: string;
  readonly keys: string;
  readonly memory: string;
  /** CA of all certificates. */
  readonly ca: string;
  certificate(id: string): string;
  privateKey(id: string): string;
  /** What a city sends to the province. */
  readonly requestFile: string;
  /** What it got back. */
  readonly bundleFile: string;
  /** What is believed before anything was read: see trust.ts. */
  readonly trustFile: string;
  /** The CA's key, sealed; at the province only. */
  readonly authorityFile: string;
};

export function layoutOf(dir: string): Layout {
  const certificates = join(dir, 'certs');
  return {
    dir,
    nodeFile: join(dir, 'node.json'),
    secretFile: join(dir, 'secret'),
    keys: join(dir, 'keys'),
    memory: join(dir, 'memory'),
    ca: join(certificates, 'ca.pem'),
    certificate: (id) => join(certificates, `${id}.pem`),
    privateKey: (id) => join(certificates, `${id}.key`),
    requestFile: join(dir, 'request.json'),
    bundleFile: join(dir, 'bundle.json'),
    trustFile: join(dir, 'trust.json'),
    authorityFile: join(dir, 'authority.json'),
  };
}
