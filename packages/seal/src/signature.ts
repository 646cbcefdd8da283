import {
  bitString,
  bitStringOctetsOf,
  type Cursor,
  contextConstructed,
  DerError,
  eitherTimeOf,
  encode,
  enter,
  explicit,
  finish,
  generalizedTime,
  generalizedTimeOf,
  ia5String,
  ia5StringOf,
  inner,
  integer,
  members,
  next,
  nextIf,
  octetString,
  octetStringOf,
  oid,
  oidOf,
  parseDer,
  sequence,
  smallIntegerOf,
} from '@lianzheng/der';
import { decodeExtensions, type ExtensionData, encodeExtensions } from './extensions.ts';
import { orMalformed, type Seal, SM2_WITH_SM3, sealOf } from './seal.ts';
import type { SealVersion } from './seal-info.ts';

/** SES_Signature: a document signed with a seal; what stands in SignedValue.dat. */
export type SealSignature = {
  readonly version: SealVersion;
  /** DER of the whole. */
  readonly bytes: Uint8Array;
  /** DER of TBS_Sign: what the signer's signature is over. */
  readonly signedBytes: Uint8Array;
  readonly seal: Seal;
  /** As the signer says. Of version 1 undefined where it is no time but, say, a time stamp. */
  readonly signedAt?: Date;
  /** SM3 of the bytes of Signature.xml. */
  readonly dataHash: Uint8Array;
  /** Absolute path of Signature.xml in the document. */
  readonly propertyInfo: string;
  readonly extensions: readonly ExtensionData[];
  /** DER of the signer's certificate. */
  readonly signerCertificate: Uint8Array;
  /** OID. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  /** Time stamp token over the signature, not looked into here. */
  readonly timeStamp?: Uint8Array;
};

/** What is signed beside the seal. */
export type ToBeSigned = Pick<SealSignature, 'dataHash' | 'propertyInfo'> & {
  readonly signedAt: Date;
  readonly extensions?: readonly ExtensionData[];
};

const MAX_BYTES = 9 << 20;

/** DER of TBS_Sign, version 4. */
export function encodeToBeSigned(
  seal: Seal,
  { signedAt, dataHash, propertyInfo, extensions = [] }: ToBeSigned,
): Buffer {
  const extDatas = encodeExtensions(extensions);
  return sequence(
    integer(4),
    seal.bytes,
    generalizedTime(signedAt),
    bitString(dataHash),
    ia5String(propertyInfo),
    extDatas && encode(contextConstructed(0), extDatas),
  );
}

/** A signature of version 4 from the bytes of encodeToBeSigned and the signer's signature over them. */
export function assembleSignature(
  toBeSigned: Uint8Array,
  signerCertificate: Uint8Array,
  signature: Uint8Array,
  timeStamp?: Uint8Array,
): SealSignature {
  return decodeSignature(
    sequence(
      toBeSigned,
      octetString(signerCertificate),
      oid(SM2_WITH_SM3),
      bitString(signature),
      timeStamp && explicit(0, bitString(timeStamp)),
    ),
  );
}

/** Reads a signature of version 4 or 1 strictly; checks nothing. Throws SealError 'malformed'. */
export function decodeSignature(der: Uint8Array): SealSignature {
  return orMalformed('seal signature', () => {
    const bytes = Buffer.from(der);
    const root = parseDer(bytes, 'SES_Signature', { maxBytes: MAX_BYTES });
    const cursor = enter(root);
    const toSign = next(cursor, 'toSign');
    const ofBoth = { bytes, signedBytes: toSign.bytes };
    const found =
      members(root).length === 2
        ? decodeVersion1(enter(toSign), cursor)
        : decodeVersion4(enter(toSign), cursor);
    finish(cursor);
    return { ...ofBoth, ...found };
  });
}

function decodeVersion4(tbs: Cursor, end: Cursor) {
  const version = next(tbs, 'version');
  smallIntegerOf(version, { min: 4, max: 4 });
  const seal = sealOf(next(tbs, 'eseal'));
  if (seal.version !== 4) throw new DerError('a signature of version 4 with an older seal', version);
  const signedAt = generalizedTimeOf(next(tbs, 'timeInfo'));
  const dataHash = bitStringOctetsOf(next(tbs, 'dataHash'));
  const propertyInfo = ia5StringOf(next(tbs, 'propertyInfo'));
  const tagged = nextIf(tbs, 'extDatas', contextConstructed(0));
  finish(tbs);
  const extensions = decodeExtensions(tagged && inner(tagged, 'list'));
  const signerCertificate = octetStringOf(next(end, 'cert'));
  const signatureAlgorithm = oidOf(next(end, 'signatureAlgID'));
  const signature = bitStringOctetsOf(next(end, 'signature'));
  const stamp = nextIf(end, 'timeStamp', contextConstructed(0));
  const timeStamp = stamp && bitStringOctetsOf(inner(stamp, 'token'));
  const signed = { seal, signedAt, dataHash, propertyInfo, extensions };
  return { version: 4 as const, ...signed, signerCertificate, signatureAlgorithm, signature, timeStamp };
}

function decodeVersion1(tbs: Cursor, end: Cursor) {
  smallIntegerOf(next(tbs, 'version'), { min: 1, max: 3 });
  const seal = sealOf(next(tbs, 'eseal'));
  const signedAt = timeIn(bitStringOctetsOf(next(tbs, 'timeInfo')));
  const dataHash = bitStringOctetsOf(next(tbs, 'dataHash'));
  const propertyInfo = ia5StringOf(next(tbs, 'propertyInfo'));
  const signerCertificate = octetStringOf(next(tbs, 'cert'));
  const signatureAlgorithm = oidOf(next(tbs, 'signatureAlgorithm'));
  finish(tbs);
  const signature = bitStringOctetsOf(next(end, 'signature'));
  const signed = { seal, signedAt, dataHash, propertyInfo, extensions: [] };
  return { version: 1 as const, ...signed, signerCertificate, signatureAlgorithm, signature };
}

/** UTCTime or GeneralizedTime in DER. GM/T 0031-2014 also allows a time stamp there. */
function timeIn(octets: Uint8Array): Date | undefined {
  try {
    return eitherTimeOf(parseDer(octets, 'timeInfo'));
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
