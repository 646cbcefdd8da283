// A gateway on a free port. Where nothing else is given, every service behind it is absent.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import { createLogger } from '@lianzheng/runtime';
import { readConfig, start } from '../src/index.ts';

export const node = '440300';
export const operatorToken = 'test-operator-token';
export const identifier =
  '1.2.156.3005.2.11100000000013127D001.11440300MB2D00001W.SZ000000000000000001.001.3';

export const authority = await createAuthority({
  commonName: 'Lianzheng test CA',
  days: 30,
  now: new Date(),
});

/** A test, or a whole file of tests. */
export type Scope = { after(cleanup: () => unknown): unknown };

/** PEM files of a certificate for this identity, removed with the test. */
export async function certificateFiles(t: Scope, uri: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'lz-gateway-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const names = { commonName: uri.split('/')[2]!, uri, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const { csrPem, keyPem } = await makeRequest(names);
  const issued = { days: 10, now: new Date(), kind: 'service', allow: names } as const;
  const pems = {
    CA: authority.certPem,
    CERT: await issueCertificate(authority, csrPem, issued),
    KEY: keyPem,
  };
  const paths = Object.entries(pems).map(async ([name, pem]) => {
    const path = join(folder, `${name}.pem`);
    await writeFile(path, pem);
    return [`LZ_TLS_${name}`, path] as const;
  });
  return Object.fromEntries(await Promise.all(paths));
}

export async function serve(t: Scope, more: Record<string, string> = {}) {
  const absent = '127.0.0.1:1';
  const config = readConfig({
    LZ_NODE: node,
    LZ_GATEWAY_ADDRESS: '127.0.0.1:0',
    LZ_CATALOG_ADDRESS: absent,
    LZ_ISSUANCE_ADDRESS: absent,
    LZ_SIGNATURE_ADDRESS: absent,
    LZ_EXCHANGE_ADDRESS: absent,
    LZ_AUDIT_ADDRESS: absent,
    ...(await certificateFiles(t, `lianzheng://${node}/service/gateway`)),
    ...more,
  });
  const gateway = await start(config, {
    logger: createLogger({ service: 'gateway', node, level: 'silent' }),
  });
  t.after(() => gateway.stop());
  return {
    ...gateway,
    get: (path: string, init?: RequestInit) => fetch(`http://${gateway.address}${path}`, init),
  };
}

/** As `fetch`, which mends odd paths before it sends them. */
export function rawGet(address: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const [host, port] = address.split(':');
    const request = httpRequest({ host, port, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    });
    request.on('error', reject).end();
  });
}
