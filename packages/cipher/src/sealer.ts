import { createSecretKey, hkdf, type KeyObject, randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { decrypt, encrypt } from './aes-gcm.ts';
import { type Derivation, type Envelope, MIN_SCRYPT_N } from './envelope.ts';
import { CipherError } from './errors.ts';
import type { Secret } from './secret.ts';

/** Seals and opens under one secret. `context` is authenticated: what a thing is sealed as, it is opened as. */
export type Sealer = {
  seal(plaintext: Uint8Array, context: string): Promise<Envelope>;
  /** Throws CipherError 'refused' for another secret, another context or altered bytes. */
  open(envelope: Envelope, context: string): Promise<Buffer>;
};

const SALT_BYTES = 16;
const SEALING_KEY_BYTES = 32;
const HKDF_INFO = 'lianzheng sealed at rest';

/**
 * Derives once per salt, not once per envelope: scrypt takes a tenth of a second on purpose. All that one sealer
 * seals shares one salt.
 */
export function createSealer(secret: Secret): Sealer {
  const derived = new Map<string, Promise<KeyObject>>();
  const own = newDerivation(secret);
  const keyFor = (derivation: Derivation): Promise<KeyObject> => {
    const name = JSON.stringify(derivation);
    const key = derived.get(name) ?? derive(secret, derivation);
    derived.set(name, key);
    return key;
  };
  return {
    async seal(plaintext, context) {
      const sealed = encrypt(await keyFor(own), plaintext, Buffer.from(context));
      return { format: 1, derivation: own, cipher: 'AES-256-GCM', sealed: sealed.toString('base64') };
    },
    async open(envelope, context) {
      const key = await keyFor(envelope.derivation);
      return decrypt(key, Buffer.from(envelope.sealed, 'base64'), Buffer.from(context));
    },
  };
}

function newDerivation({ kind }: Secret): Derivation {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  return kind === 'random'
    ? { name: 'HKDF-SHA-256', salt }
    : { name: 'scrypt', N: MIN_SCRYPT_N, r: 8, p: 1, salt };
}

async function derive(secret: Secret, derivation: Derivation): Promise<KeyObject> {
  const salt = Buffer.from(derivation.salt, 'base64');
  if (derivation.name === 'scrypt' && secret.kind === 'passphrase') {
    const { N, r, p } = derivation;
    // scrypt needs 128·N·r bytes and a little; Node refuses beyond 32 MiB unless told.
    const options = { N, r, p, maxmem: 128 * N * r * 2 };
    return createSecretKey(await scryptKey(secret.passphrase, salt, SEALING_KEY_BYTES, options));
  }
  if (derivation.name === 'HKDF-SHA-256' && secret.kind === 'random') {
    return createSecretKey(
      Buffer.from(await hkdfKey('sha256', secret.bytes, salt, HKDF_INFO, SEALING_KEY_BYTES)),
    );
  }
  throw new CipherError('refused', `sealed by ${derivation.name}, which takes another kind of secret`);
}

const hkdfKey = promisify(hkdf);
const scryptKey: (
  passphrase: string,
  salt: Buffer,
  bytes: number,
  options: ScryptOptions,
) => Promise<Buffer> = promisify(scrypt);
