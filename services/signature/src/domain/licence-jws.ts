import { type KeyObject, sign } from 'node:crypto';
import type { Key } from '@lianzheng/keystore';

/** Signs payloads as compact JWS (RFC 7515), ES256, `kid` = RFC 7638 thumbprint. */
export function licenceSigner({ entry, secret }: Key): (payload: Uint8Array) => string {
  const header = { alg: 'ES256', kid: entry.keyId, typ: 'licence+jws' };
  const start = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`;
  return (payload) => {
    const signed = start + Buffer.from(payload).toString('base64url');
    return `${signed}.${es256(signed, secret)}`;
  };
}

/** R ‖ S as RFC 7518 §3.4 asks for; OpenSSL gives DER unless told. */
function es256(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text, 'latin1'), { key, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  );
}
