import { type MeshError, unauthenticated } from './errors.ts';

const kinds = ['service', 'department', 'auditor', 'operator'] as const;
export type CallerKind = (typeof kinds)[number];

/** Who a certificate says that its bearer is: `lianzheng://<node>/<kind>/<id>`. */
export type CallerIdentity = {
  readonly uri: string;
  /** Division code of the node, e.g. 440300. */
  readonly node: string;
  readonly kind: CallerKind;
  readonly id: string;
};

/** The identity together with the roles that the registry and the configuration give it. */
export type Caller = CallerIdentity & { readonly roles: ReadonlySet<string> };

const uriForm =
  /^lianzheng:\/\/([0-9]{6})\/(service|department|auditor|operator)\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/** Strict: no escapes, query, fragment, port, upper-case scheme or trailing slash. `undefined` for anything else. */
export function parseCallerUri(uri: string): CallerIdentity | undefined {
  const match = uriForm.exec(uri);
  if (!match) return undefined;
  return { uri, node: match[1]!, kind: match[2] as CallerKind, id: match[3]! };
}

/** The URIs of a certificate's subjectAltName as Node prints it; values with separators are quoted there as JSON. */
export function sanUris(subjectAltName: string | undefined): string[] {
  const entry = /([A-Za-z][A-Za-z ]*):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  const uris: string[] = [];
  const text = subjectAltName ?? '';
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    if (!match) throw refused('SAN_UNREADABLE', '证书的使用者备用名称无法解析 / unreadable subjectAltName');
    if (match[1] === 'URI') uris.push(match[2]!);
  }
  return uris;
}

/** The one identity of a certificate. Fails with UNAUTHENTICATED when there is none, an unknown one or more than one. */
export function identityOf(subjectAltName: string | undefined): CallerIdentity {
  const [uri, ...more] = sanUris(subjectAltName);
  if (uri === undefined)
    throw refused('NO_IDENTITY', '证书没有身份 URI / certificate without an identity URI');
  if (more.length > 0) throw refused('AMBIGUOUS_IDENTITY', '证书有多个 URI / certificate with several URIs');
  const identity = parseCallerUri(uri);
  if (!identity) throw refused('UNKNOWN_IDENTITY', '证书的身份 URI 不合规 / identity URI of another form');
  return identity;
}

function refused(reason: string, message: string): MeshError {
  return unauthenticated(reason, message);
}
