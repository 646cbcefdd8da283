import {
  bitString,
  bitStringOctetsOf,
  DerError,
  type Element,
  enter,
  finish,
  members,
  next,
  octetString,
  octetStringOf,
  oid,
  oidOf,
  parseDer,
  sequence,
} from '@lianzheng/der';
import { SealError } from './errors.ts';
import { decodeSealInfo, type SealInfo, type SealVersion } from './seal-info.ts';

/** SESeal. */
export type Seal = {
  readonly version: SealVersion;
  /** DER of the whole, as it stands in signatures and in Seal.esl. */
  readonly bytes: Uint8Array;
  readonly info: SealInfo;
  /** What the seal-maker's signature is over. */
  readonly signedBytes: Uint8Array;
  /** DER of the seal-maker's certificate. */
  readonly makerCertificate: Uint8Array;
  /** OID. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
};

export const SM2_WITH_SM3 = '1.2.156.10197.1.501';

/** Pictures included. */
const MAX_BYTES = 8 << 20;

/** Reads a seal of version 4 or 1 strictly; checks nothing. Throws SealError 'malformed'. */
export function decodeSeal(der: Uint8Array): Seal {
  return orMalformed('seal', () => sealOf(parseDer(Buffer.from(der), 'SESeal', { maxBytes: MAX_BYTES })));
}

/** A seal of version 4 from the bytes of encodeSealInfo and the seal-maker's signature over them. */
export function assembleSeal(
  sealInfo: Uint8Array,
  makerCertificate: Uint8Array,
  signature: Uint8Array,
): Seal {
  return decodeSeal(
    sequence(sealInfo, octetString(makerCertificate), oid(SM2_WITH_SM3), bitString(signature)),
  );
}

/** Throws DerError. Version 4 has four members, version 1 the last three in one. */
export function sealOf(element: Element): Seal {
  const version = members(element).length === 2 ? 1 : 4;
  const cursor = enter(element);
  const infoElement = next(cursor, 'eSealInfo');
  const info = decodeSealInfo(infoElement, version);
  const end = version === 4 ? cursor : enter(next(cursor, 'signInfo'));
  const certificate = next(end, 'cert');
  const algorithm = next(end, 'signAlgID');
  const signature = bitStringOctetsOf(next(end, 'signedValue'));
  finish(end);
  finish(cursor);
  return {
    version,
    bytes: element.bytes,
    info,
    // Version 4 signs the information alone, version 1 with certificate and algorithm.
    signedBytes:
      version === 4 ? infoElement.bytes : sequence(infoElement.bytes, certificate.bytes, algorithm.bytes),
    makerCertificate: octetStringOf(certificate),
    signatureAlgorithm: oidOf(algorithm),
    signature,
  };
}

/** Runs a reader; its DerError becomes a SealError. */
export function orMalformed<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DerError) throw new SealError('malformed', `no ${what}: ${cause.message}`, cause);
    throw cause;
  }
}
