import {
  type Certificate,
  parseCertificate,
  SealCertificateError,
  type VerifySignature,
} from '@lianzheng/seal-certificate';
import { verify } from '@lianzheng/sm2';
import { type Seal, SM2_WITH_SM3 } from './seal.ts';
import type { SealSignature } from './signature.ts';
import { isListed } from './signers.ts';

/**
 * `code` says why not. algorithm: not SM2 with SM3 · certificate: not readable · signature: wrong · critical-extension: one that we
 * do not know · unknown-digest: a digest of a hash that we do not have · no-time: nothing to judge at.
 */
export type Finding = {
  readonly result: 'passed' | 'failed' | 'not-possible';
  readonly code?:
    | 'algorithm'
    | 'certificate'
    | 'signature'
    | 'critical-extension'
    | 'not-yet-valid'
    | 'expired'
    | 'not-listed'
    | 'unknown-digest'
    | 'other-data'
    | 'no-time';
};

/** Each usable by itself. Whether the certificates are to be trusted is asked of `validate` of @lianzheng/seal-certificate. */
export type SignatureCheck = {
  /** SM3 of Signature.xml is what was signed. */
  readonly dataHash: Finding;
  /** The seal-maker's signature on the seal. */
  readonly seal: Finding;
  /** The seal's own period, at the time asked about. */
  readonly sealValidity: Finding;
  /** The signer's certificate is in the seal's list. */
  readonly signerListed: Finding;
  /** The signer's signature. */
  readonly signature: Finding;
  /** Undefined where they are not readable. */
  readonly makerCertificate?: Certificate;
  readonly signerCertificate?: Certificate;
};

export type CheckOptions = {
  /** SM3 of the bytes of Signature.xml. */
  readonly dataHash: Uint8Array;
  /** The time judged; default: when the signer says it was signed. */
  readonly at?: Date;
  readonly verifySignature?: VerifySignature;
};

const passed: Finding = { result: 'passed' };
const failed = (code: Finding['code']): Finding => ({ result: 'failed', code });
const impossible = (code: Finding['code']): Finding => ({ result: 'not-possible', code });

/** Everything about a signature that needs nothing but itself and the digest (GB/T 38540 §7.3, GM/T 0031-2014 for version 1). */
export function checkSignature(
  signature: SealSignature,
  { dataHash, at = signature.signedAt, verifySignature = verify }: CheckOptions,
): SignatureCheck {
  const { seal } = signature;
  const makerCertificate = certificateIn(seal.makerCertificate);
  const signerCertificate = certificateIn(signature.signerCertificate);
  return {
    dataHash: Buffer.compare(signature.dataHash, dataHash) === 0 ? passed : failed('other-data'),
    seal: checkValue(seal, seal.info, makerCertificate, verifySignature),
    sealValidity: at ? checkSealValidity(seal, at) : impossible('no-time'),
    signerListed: checkListed(seal, signature.signerCertificate),
    signature: checkValue(signature, signature, signerCertificate, verifySignature),
    makerCertificate,
    signerCertificate,
  };
}

/** The seal-maker's signature on a seal. */
export function checkSeal(seal: Seal, verifySignature: VerifySignature = verify): Finding {
  return checkValue(seal, seal.info, certificateIn(seal.makerCertificate), verifySignature);
}

/** The seal's own period; who made it and whether that certificate stands is another question. */
export function checkSealValidity({ info }: Seal, at: Date): Finding {
  if (at < info.validFrom) return failed('not-yet-valid');
  return at > info.validUntil ? failed('expired') : passed;
}

/** Whether the seal's list has this certificate (DER). */
export function checkListed({ info }: Seal, certificate: Uint8Array): Finding {
  const listed = isListed(info.signers, certificate);
  if (listed === undefined) return impossible('unknown-digest');
  return listed ? passed : failed('not-listed');
}

function checkValue(
  signed: Pick<Seal, 'signedBytes' | 'signature' | 'signatureAlgorithm'>,
  { extensions }: Pick<SealSignature, 'extensions'>,
  certificate: Certificate | undefined,
  verifySignature: VerifySignature,
): Finding {
  if (signed.signatureAlgorithm !== SM2_WITH_SM3) return failed('algorithm');
  if (!certificate) return failed('certificate');
  if (!verifySignature(certificate.publicKey, signed.signedBytes, signed.signature))
    return failed('signature');
  return extensions.some(({ critical }) => critical) ? failed('critical-extension') : passed;
}

function certificateIn(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof SealCertificateError) return undefined;
    throw error;
  }
}
