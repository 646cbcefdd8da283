import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { KEY_TYPE_COSIGNATURE, KEY_TYPE_ED25519, keyId, keyIdHex, rawPublicKey } from '@lianzheng/note';
import { KeystoreError } from './errors.ts';
import type { KeyEntry, PublicJwk } from './key.ts';
import { type KeyAlgorithm, type KeyPurpose, keyAlgorithm } from './purpose.ts';

const SECRET_KEY_BYTES = 32;

export function generateSecret(algorithm: KeyAlgorithm): KeyObject {
  if (isSymmetric(algorithm)) return createSecretKey(randomBytes(SECRET_KEY_BYTES));
  if (algorithm === 'Ed25519') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** PKCS#8 DER, or the bytes of a secret key: what is sealed. */
export function secretBytes(secret: KeyObject): Buffer {
  return secret.type === 'secret' ? secret.export() : secret.export({ format: 'der', type: 'pkcs8' });
}

export function secretFromBytes(algorithm: KeyAlgorithm, bytes: Buffer): KeyObject {
  if (!isSymmetric(algorithm)) return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
  if (bytes.length !== SECRET_KEY_BYTES) {
    throw new KeystoreError('refused', `${algorithm} key of ${bytes.length} bytes`);
  }
  return createSecretKey(bytes);
}

/** What may be told of a key: its id and its public half, if it has one. */
export function publicHalf(
  purpose: KeyPurpose,
  secret: KeyObject,
  name = '',
): Pick<KeyEntry, 'keyId' | 'publicKey' | 'publicJwk'> {
  const algorithm = keyAlgorithm(purpose);
  if (isSymmetric(algorithm)) return { keyId: randomBytes(8).toString('hex') };
  if (algorithm === 'Ed25519') {
    const publicKey = rawPublicKey(secret);
    const type = purpose === 'witness' ? KEY_TYPE_COSIGNATURE : KEY_TYPE_ED25519;
    return { keyId: keyIdHex(keyId(name, type, publicKey)), publicKey };
  }
  const publicJwk = jwkOf(secret, algorithm);
  return { keyId: publicJwk.kid, publicJwk };
}

/** RFC 7638 with SHA-256 of an EC key: its required members in lexicographic order, base64url. */
export function jwkThumbprint({ crv, kty, x, y }: Pick<PublicJwk, 'crv' | 'kty' | 'x' | 'y'>): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** SPKI in PEM, as a node's registry row bears it. Throws KeystoreError for a key that encrypts nothing. */
export function encryptionKeyPem({ purpose, publicJwk }: KeyEntry): string {
  if (purpose !== 'encryption' || !publicJwk)
    throw new KeystoreError('refused', `${purpose} encrypts nothing`);
  return createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
}

function jwkOf(secret: KeyObject, algorithm: KeyAlgorithm): PublicJwk {
  const { x = '', y = '' } = createPublicKey(secret).export({ format: 'jwk' });
  const point = { kty: 'EC', crv: 'P-256', x, y } as const;
  const kid = jwkThumbprint(point);
  return algorithm === 'ES256'
    ? { ...point, kid, alg: 'ES256', use: 'sig' }
    : { ...point, kid, alg: 'ECDH-ES+A256KW', use: 'enc' };
}

function isSymmetric(algorithm: KeyAlgorithm): boolean {
  return algorithm === 'A256GCM' || algorithm === 'HS256';
}
