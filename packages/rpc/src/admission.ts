import type { ServerHttp2Session } from 'node:http2';
import { type Caller, type CallerIdentity, identityOf } from './caller.ts';
import { peerCertificateOf, sessionOf } from './connection.ts';
import { permissionDenied, unauthenticated } from './errors.ts';

/** Path of an RPC → the roles that may call it; generated from the protos. What is not listed is refused. */
export type RoleTable = Readonly<Record<string, readonly string[]>>;

/** The roles that registry and configuration give a caller. Asked on every call, so it must be a look-up in memory. */
export type Authorise = (caller: CallerIdentity) => ReadonlySet<string> | Promise<ReadonlySet<string>>;

export type Admission = {
  /** Who calls: an identity and a valid certificate. Fails with UNAUTHENTICATED. */
  identify(grpcCall: object): CallerIdentity;
  /** Who calls, if one of the roles of `path` is theirs. Fails with UNAUTHENTICATED or PERMISSION_DENIED. */
  admit(grpcCall: object, path: string): Caller | Promise<Caller>;
};

// One per connection: parsing a certificate costs more than a call.
type Known = { identity: CallerIdentity; notAfterMs: number; caller?: Caller };

export function createAdmission(roles: RoleTable, authorise: Authorise): Admission {
  const known = new WeakMap<ServerHttp2Session, Known>();

  function knownOf(grpcCall: object): Known {
    const session = sessionOf(grpcCall);
    let entry = session && known.get(session);
    if (!entry) {
      const certificate = session && peerCertificateOf(session);
      if (!certificate) throw unauthenticated('NO_CERTIFICATE', '没有客户端证书 / no client certificate');
      entry = { identity: identityOf(certificate.subjectAltName), notAfterMs: certificate.notAfterMs };
      known.set(session!, entry);
    }
    // A connection may outlive its certificate; the machine's clock counts here, as it does for TLS.
    if (Date.now() > entry.notAfterMs)
      throw unauthenticated('CERTIFICATE_EXPIRED', '证书已过期 / certificate expired');
    return entry;
  }

  function admitWith(entry: Known, path: string, granted: ReadonlySet<string>): Caller {
    const needed = Object.hasOwn(roles, path) ? roles[path]! : [];
    if (!needed.some((role) => granted.has(role))) throw notAllowed(entry.identity, path, needed);
    // The same set again (the usual case) gives the same caller again.
    if (entry.caller?.roles !== granted) entry.caller = { ...entry.identity, roles: granted };
    return entry.caller;
  }

  return {
    identify: (grpcCall) => knownOf(grpcCall).identity,
    admit(grpcCall, path) {
      const entry = knownOf(grpcCall);
      const granted = authorise(entry.identity);
      return granted instanceof Promise
        ? granted.then((set) => admitWith(entry, path, set))
        : admitWith(entry, path, granted);
    },
  };
}

function notAllowed({ uri }: CallerIdentity, path: string, needed: readonly string[]) {
  if (needed.length === 0)
    return permissionDenied('METHOD_NOT_LISTED', `该方法未开放 / nobody may call ${path}`, { path });
  return permissionDenied('ROLE_REQUIRED', `无权调用 / ${uri} may not call ${path}`, {
    path,
    roles: needed.join(','),
  });
}
