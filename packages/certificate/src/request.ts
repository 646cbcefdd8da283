import { pemOf } from './authority.ts';
import { CertificateError } from './errors.ts';
import { exportPrivateKey, makeKeys, signingAlgorithm } from './keys.ts';
import { type Names, readNames, sanExtension } from './names.ts';
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from './x509.ts';

export type RequestedNames = {
  commonName: string;
  /** The identity, `lianzheng://<node>/<kind>/<id>`; a Kafka broker has none. */
  uri?: string;
  /** For certificates with any number of URIs; ours bear one. */
  uris?: readonly string[];
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
};

/** A PKCS#10 request and the new key (PKCS#8 PEM) it is for. */
export async function makeRequest(names: RequestedNames): Promise<{ csrPem: string; keyPem: string }> {
  const keys = await makeKeys();
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [names.commonName] }],
    keys,
    signingAlgorithm,
    extensions: sanExtension(toNames(names)),
  });
  return { csrPem: pemOf(request), keyPem: await exportPrivateKey(keys.privateKey) };
}

export function toNames({
  commonName,
  uri,
  uris = [],
  dnsNames = [],
  ipAddresses = [],
}: RequestedNames): Names {
  return {
    commonName,
    uris: uri === undefined ? [...uris] : [uri, ...uris],
    dnsNames: [...dnsNames],
    ipAddresses: [...ipAddresses],
  };
}

/** The request, once its signature shows that the sender has the key. Fails with CertificateError. */
export async function openRequest(
  csrPem: string,
): Promise<{ request: Pkcs10CertificateRequest; names: Names }> {
  const { request, names, others, namedCurve } = read(csrPem);
  if (namedCurve !== 'P-256') throw new CertificateError('key of the request is not EC P-256');
  if (!(await verifies(request))) throw new CertificateError('signature of the request does not verify');
  if (others.length > 0) throw new CertificateError(`names of an unknown kind: ${others.join(', ')}`);
  return { request, names };
}

/** All reading of foreign bytes: the library reads many parts only when they are asked for. */
function read(csrPem: string) {
  try {
    const request = new Pkcs10CertificateRequest(csrPem);
    const { others, ...names } = readNames(request.subjectName, request.extensions);
    const { namedCurve } = request.publicKey.algorithm as { namedCurve?: string };
    return { request, names, others, namedCurve };
  } catch (cause) {
    throw new CertificateError('not a PKCS#10 request in PEM', { cause });
  }
}

async function verifies(request: Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    // A malformed signature does not verify either.
    return false;
  }
}
