import type { KeyObject } from 'node:crypto';
import type { KeyAlgorithm, KeyPurpose } from './purpose.ts';

export type PublicJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig' | 'enc';
};

/** The public half of a key and what is known of it. */
export type KeyEntry = {
  /** Ed25519: the 8 hex digits of its note signatures; EC: RFC 7638 thumbprint; secret keys: 16 random hex digits. */
  readonly keyId: string;
  readonly purpose: KeyPurpose;
  readonly algorithm: KeyAlgorithm;
  /** Ed25519: 32 bytes. */
  readonly publicKey?: Buffer;
  /** ES256, ECDH-ES. */
  readonly publicJwk?: PublicJwk;
  readonly createdAt: Date;
  /** When another took its place; it still verifies, opens and decrypts what it made. */
  readonly retiredAt?: Date;
  /** Keys of logs and witnesses: the name in their signature lines. */
  readonly name?: string;
  /** Keys of logs: the size from which on it counts. */
  readonly fromSize: number;
  /** Keys of logs and witnesses: the former key's signature over this one; empty for the first. */
  readonly endorsement: Buffer;
};

/** `secret`: the private key, or the secret one. It never leaves the process. */
export type Key = { readonly entry: KeyEntry; readonly secret: KeyObject };
