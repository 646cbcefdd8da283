import {
  bitStringOf,
  booleanDefaultFalse,
  contextConstructed,
  contextPrimitive,
  type Element,
  encode,
  enter,
  finish,
  ia5String,
  implicit,
  integer,
  members,
  namedBits,
  next,
  nextBooleanDefaultFalse,
  nextIf,
  octetString,
  octetStringOf,
  oid,
  oidOf,
  parseDer,
  sequence,
  smallIntegerOf,
  tag,
} from '@lianzheng/der';
import { type PublicKey, sm3 } from '@lianzheng/sm2';
import { SealCertificateError } from './errors.ts';
import { oids } from './oids.ts';

export type Extension = { readonly id: string; readonly critical: boolean; readonly value: Uint8Array };

/** Bit numbers of KeyUsage (RFC 5280 §4.2.1.3). */
export const keyUsageBits = {
  digitalSignature: 0,
  contentCommitment: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;
export type KeyUsage = keyof typeof keyUsageBits;

/** `pathLength`: how many authorities may stand between this one and an end certificate; undefined is any number. */
export type BasicConstraints = { readonly isAuthority: boolean; readonly pathLength?: number };

export function encodeExtension({ id, critical, value }: Extension): Buffer {
  return sequence(oid(id), booleanDefaultFalse(critical), octetString(value));
}

/** Extensions ::= SEQUENCE OF Extension, each at most once. */
export function decodeExtensions(element: Element): Extension[] {
  const extensions = members(element).map((each) => {
    const cursor = enter(each);
    const id = oidOf(next(cursor, 'extnID'));
    const critical = nextBooleanDefaultFalse(cursor, 'critical');
    const value = octetStringOf(next(cursor, 'extnValue'));
    finish(cursor);
    return { id, critical, value };
  });
  if (new Set(extensions.map(({ id }) => id)).size !== extensions.length)
    throw new SealCertificateError('malformed', 'an extension stands twice');
  return extensions;
}

/** The content of one extension as element; undefined when it is not there. */
export function extensionIn(extensions: readonly Extension[], id: string): Element | undefined {
  const found = extensions.find((each) => each.id === id);
  return found && parseDer(found.value, id);
}

export function basicConstraints({ isAuthority, pathLength }: BasicConstraints): Extension {
  const length = pathLength === undefined ? undefined : integer(pathLength);
  const value = sequence(booleanDefaultFalse(isAuthority), length);
  return { id: oids.basicConstraints, critical: true, value };
}

export function decodeBasicConstraints(element: Element): BasicConstraints {
  const cursor = enter(element);
  const isAuthority = nextBooleanDefaultFalse(cursor, 'cA');
  const length = nextIf(cursor, 'pathLenConstraint', tag.integer);
  finish(cursor);
  return { isAuthority, pathLength: length && smallIntegerOf(length, { max: 255 }) };
}

export function keyUsage(usages: readonly KeyUsage[]): Extension {
  return { id: oids.keyUsage, critical: true, value: namedBits(usages.map((usage) => keyUsageBits[usage])) };
}

/** Trailing zero bits, which some software writes, do no harm here. */
export function decodeKeyUsage(element: Element): KeyUsage[] {
  const { octets } = bitStringOf(element);
  const known = Object.entries(keyUsageBits) as [KeyUsage, number][];
  return known
    .filter(([, bit]) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0)
    .map(([usage]) => usage);
}

/** SM3 of the public point, its first 20 octets (in the manner of RFC 7093 §2). */
export function keyIdentifierOf({ point }: PublicKey): Buffer {
  return sm3(point).subarray(0, 20);
}

export function subjectKeyIdentifier(publicKey: PublicKey): Extension {
  return {
    id: oids.subjectKeyIdentifier,
    critical: false,
    value: octetString(keyIdentifierOf(publicKey)),
  };
}

export function authorityKeyIdentifier(identifier: Uint8Array): Extension {
  const value = sequence(implicit(0, octetString(identifier)));
  return { id: oids.authorityKeyIdentifier, critical: false, value };
}

/** Its keyIdentifier; issuer and serial number, which may stand beside it, say nothing that the chain does not say. */
export function decodeAuthorityKeyIdentifier(element: Element): Uint8Array | undefined {
  const cursor = enter(element);
  const identifier = nextIf(cursor, 'keyIdentifier', contextPrimitive(0));
  nextIf(cursor, 'authorityCertIssuer', contextConstructed(1));
  nextIf(cursor, 'authorityCertSerialNumber', contextPrimitive(2));
  finish(cursor);
  return identifier?.content;
}

/** One place from which the list can be had: DistributionPoint {[0] {[0] {[6] URI}}}. */
export function crlDistributionPoint(uri: string): Extension {
  const fullName = encode(contextConstructed(0), implicit(6, ia5String(uri)));
  const point = sequence(encode(contextConstructed(0), fullName));
  return { id: oids.crlDistributionPoints, critical: false, value: sequence(point) };
}
