import { isIP } from 'node:net';
import { type Extension, type JsonGeneralName, type Name, SubjectAlternativeNameExtension } from './x509.ts';

/** What a certificate says about its bearer. */
export type Names = {
  /** CN: what Kafka takes as the principal, e.g. `440100`. */
  commonName: string;
  /** Identity URIs; one for everything that speaks gRPC, none for a Kafka broker. */
  uris: string[];
  dnsNames: string[];
  ipAddresses: string[];
};

export function sanExtension({ uris, dnsNames, ipAddresses }: Names): SubjectAlternativeNameExtension[] {
  const names: JsonGeneralName[] = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)];
}

/** Names of other kinds (e-mail, directory name …) are returned as `others`, for the caller to refuse. */
export function readNames(subject: Name, extensions: readonly Extension[]): Names & { others: string[] } {
  const names = {
    commonName: subject.getField('CN')[0] ?? '',
    uris: [],
    dnsNames: [],
    ipAddresses: [],
    others: [],
  };
  const found: Names & { others: string[] } = names;
  for (const extension of extensions) {
    if (!(extension instanceof SubjectAlternativeNameExtension)) continue;
    for (const { type, value } of extension.names.items) {
      if (type === 'url') found.uris.push(value);
      else if (type === 'dns') found.dnsNames.push(value);
      else if (type === 'ip' && isIP(value) !== 0) found.ipAddresses.push(value);
      else found.others.push(`${type}:${value}`);
    }
  }
  return found;
}
