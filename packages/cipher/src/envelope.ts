import { CipherError } from './errors.ts';

/** How the sealing key follows from the secret; `salt` is base64 of 16 bytes. */
export type Derivation =
  | {
      readonly name: 'scrypt';
      readonly N: number;
      readonly r: number;
      readonly p: number;
      readonly salt: string;
    }
  | { readonly name: 'HKDF-SHA-256'; readonly salt: string };

/** Something sealed at rest, as JSON; names its algorithms and their parameters. `sealed`: base64 of nonce ‖ ciphertext ‖ tag. */
export type Envelope = {
  readonly format: 1;
  readonly derivation: Derivation;
  readonly cipher: 'AES-256-GCM';
  readonly sealed: string;
};

/** scrypt: OWASP's floor for N at r = 8; an upper bound, so that a planted file cannot take all memory (1 GiB). */
export const MIN_SCRYPT_N = 2 ** 15;
const MAX_SCRYPT_N = 2 ** 20;

/** Checks an envelope read from JSON. Throws CipherError 'malformed', or 'algorithm' for what we do not know or find too weak. */
export function parseEnvelope(value: unknown): Envelope {
  if (!isObject(value) || typeof value.sealed !== 'string') throw new CipherError('malformed', 'no envelope');
  if (value.format !== 1) throw new CipherError('algorithm', `envelope of format ${String(value.format)}`);
  if (value.cipher !== 'AES-256-GCM') throw new CipherError('algorithm', `cipher ${String(value.cipher)}`);
  return {
    format: 1,
    derivation: parseDerivation(value.derivation),
    cipher: 'AES-256-GCM',
    sealed: value.sealed,
  };
}

function parseDerivation(value: unknown): Derivation {
  if (!isObject(value) || typeof value.salt !== 'string') throw new CipherError('malformed', 'no derivation');
  const { name, N, r, p, salt } = value;
  if (name === 'HKDF-SHA-256') return { name, salt };
  if (name !== 'scrypt') throw new CipherError('algorithm', `derivation ${String(name)}`);
  const strong =
    Number.isInteger(Math.log2(Number(N))) && Number(N) >= MIN_SCRYPT_N && Number(N) <= MAX_SCRYPT_N;
  if (!strong || r !== 8 || p !== 1) throw new CipherError('algorithm', `scrypt N=${N}, r=${r}, p=${p}`);
  return { name, N: Number(N), r, p, salt };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
