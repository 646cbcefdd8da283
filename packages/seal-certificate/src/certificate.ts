import {
  bitStringOctetsOf,
  type Cursor,
  contextConstructed,
  DerError,
  type Element,
  eitherTimeOf,
  enter,
  finish,
  inner,
  integerOf,
  next,
  nextIf,
  octetStringOf,
  parseDer,
  smallIntegerOf,
} from '@lianzheng/der';
import { type PublicKey, sm3 } from '@lianzheng/sm2';
import { expectSm2WithSm3, publicKeyIn, type Signed } from './algorithm.ts';
import { SealCertificateError } from './errors.ts';
import {
  type BasicConstraints,
  decodeAuthorityKeyIdentifier,
  decodeBasicConstraints,
  decodeExtensions,
  decodeKeyUsage,
  type Extension,
  extensionIn,
  type KeyUsage,
} from './extensions.ts';
import { decodeName, type Name } from './name.ts';
import { oids } from './oids.ts';

export type Certificate = Signed & {
  /** DER of the whole. */
  readonly bytes: Uint8Array;
  /** Hexadecimal, lower case, without leading zeros of whole octets. */
  readonly serialNumber: string;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBeforeAt: Date;
  readonly notAfterAt: Date;
  readonly publicKey: PublicKey;
  readonly basicConstraints: BasicConstraints;
  /** Undefined: the certificate does not restrict it. */
  readonly keyUsage?: readonly KeyUsage[];
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly extensions: readonly Extension[];
  /** SM3 of `bytes`, hexadecimal. */
  readonly fingerprint: string;
};

const VERSION_3 = 2;
const MAX_BYTES = 64 << 10;
const MAX_SERIAL_OCTETS = 20;

/**
 * Reads an SM2 certificate (X.509 v3, GM/T 0015) strictly; checks no signature and no chain. Throws SealCertificateError
 * 'malformed', also for other algorithms and versions, unique identifiers and repeated extensions.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  return orMalformed('certificate', () => {
    const bytes = Buffer.from(der);
    const root = parseDer(bytes, 'Certificate', { maxBytes: MAX_BYTES });
    const cursor = enter(root);
    const tbs = next(cursor, 'tbsCertificate');
    const signature = readSignature(cursor);
    return {
      bytes,
      signedBytes: tbs.bytes,
      ...readTbs(enter(tbs), signature.algorithm),
      ...signature.of,
      fingerprint: sm3(bytes).toString('hex'),
    };
  });
}

/** AlgorithmIdentifier and signature at the end of what is signed. */
export function readSignature(cursor: Cursor): { algorithm: Element; of: { signature: Uint8Array } } {
  const algorithm = next(cursor, 'signatureAlgorithm');
  expectSm2WithSm3(algorithm);
  const signature = bitStringOctetsOf(next(cursor, 'signature'));
  finish(cursor);
  return { algorithm, of: { signature } };
}

/** RFC 5280 §4.1.1.2: the algorithm inside what is signed is the one outside. */
export function expectSameAlgorithm(inside: Element, outside: Element): void {
  if (Buffer.compare(inside.bytes, outside.bytes) !== 0)
    throw new DerError('another algorithm than outside', inside);
}

/** Hexadecimal; zero, negative and longer ones than 20 octets are refused (RFC 5280 §4.1.2.2). */
export function serialNumberOf(element: Element): string {
  const value = integerOf(element);
  if (value <= 0n || element.content.length > MAX_SERIAL_OCTETS)
    throw new DerError('serial number out of range', element);
  const digits = value.toString(16);
  return digits.padStart(digits.length + (digits.length % 2), '0');
}

/** Runs a reader; its DerError becomes a SealCertificateError. */
export function orMalformed<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DerError)
      throw new SealCertificateError('malformed', `no ${what}: ${cause.message}`, cause);
    throw cause;
  }
}

function readTbs(cursor: Cursor, outside: Element) {
  const version = inner(next(cursor, 'version', contextConstructed(0)), 'number');
  smallIntegerOf(version, { min: VERSION_3, max: VERSION_3 });
  const serialNumber = serialNumberOf(next(cursor, 'serialNumber'));
  expectSameAlgorithm(next(cursor, 'signature'), outside);
  const issuer = decodeName(next(cursor, 'issuer'));
  const { notBeforeAt, notAfterAt } = readValidity(next(cursor, 'validity'));
  const subject = decodeName(next(cursor, 'subject'));
  const publicKey = publicKeyIn(next(cursor, 'subjectPublicKeyInfo'));
  const wrapped = nextIf(cursor, 'extensions', contextConstructed(3));
  finish(cursor);
  const extensions = wrapped ? decodeExtensions(inner(wrapped, 'list')) : [];
  return {
    serialNumber,
    issuer,
    subject,
    notBeforeAt,
    notAfterAt,
    publicKey,
    ...known(extensions),
    extensions,
  };
}

function readValidity(element: Element): { notBeforeAt: Date; notAfterAt: Date } {
  const cursor = enter(element);
  const notBeforeAt = eitherTimeOf(next(cursor, 'notBefore'));
  const notAfterAt = eitherTimeOf(next(cursor, 'notAfter'));
  finish(cursor);
  if (notBeforeAt > notAfterAt) throw new DerError('ends before it begins', element);
  return { notBeforeAt, notAfterAt };
}

function known(extensions: readonly Extension[]) {
  const constraints = extensionIn(extensions, oids.basicConstraints);
  const usage = extensionIn(extensions, oids.keyUsage);
  const own = extensionIn(extensions, oids.subjectKeyIdentifier);
  const authority = extensionIn(extensions, oids.authorityKeyIdentifier);
  return {
    basicConstraints: constraints ? decodeBasicConstraints(constraints) : { isAuthority: false },
    keyUsage: usage && decodeKeyUsage(usage),
    subjectKeyIdentifier: own && octetStringOf(own),
    authorityKeyIdentifier: authority && decodeAuthorityKeyIdentifier(authority),
  };
}
