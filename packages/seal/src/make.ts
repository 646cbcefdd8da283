import type { Certificate, VerifySignature } from '@lianzheng/seal-certificate';
import { type PrivateKey, SM3_BYTES, sign, verify } from '@lianzheng/sm2';
import { checkListed, checkSeal, checkSealValidity, type Finding } from './check.ts';
import { SealError } from './errors.ts';
import { assembleSeal, type Seal } from './seal.ts';
import { encodeSealInfo, type SealInfo } from './seal-info.ts';
import { assembleSignature, encodeToBeSigned, type SealSignature, type ToBeSigned } from './signature.ts';

/** A seal-maker or signer. Chain, validity and revocation of the certificate are the caller's to check. */
export type Party = { readonly certificate: Certificate; readonly privateKey: PrivateKey };

/** A seal of version 4. Throws SealError 'refused' for a period that ends before it begins, and for a key of another certificate. */
export function makeSeal(info: SealInfo, { certificate, privateKey }: Party): Seal {
  if (info.validFrom > info.validUntil) throw new SealError('refused', 'the seal ends before it begins');
  refuseOtherKey(certificate, privateKey);
  const sealInfo = encodeSealInfo(info);
  return assembleSeal(sealInfo, certificate.bytes, sign(privateKey, sealInfo));
}

/**
 * A signature of version 4 (GB/T 38540 §7.2). Throws SealError 'refused' where checkSignature would not pass: a seal with a wrong
 * signature or outside its period, a signer who is not in its list; also for a digest that is not of SM3 or a path that is not absolute.
 */
export function makeSignature(
  seal: Seal,
  content: ToBeSigned,
  { certificate, privateKey }: Party,
  verifySignature: VerifySignature = verify,
): SealSignature {
  if (content.dataHash.length !== SM3_BYTES) throw new SealError('refused', 'the digest is not of SM3');
  if (!content.propertyInfo.startsWith('/')) throw new SealError('refused', 'the path is not absolute');
  if (content.extensions?.some(({ critical }) => critical))
    throw new SealError('refused', 'a critical extension, which nobody would understand');
  refuseOtherKey(certificate, privateKey);
  refuseUnlessPassed('seal', checkSeal(seal, verifySignature));
  refuseUnlessPassed('period of the seal', checkSealValidity(seal, content.signedAt));
  refuseUnlessPassed('list of signers', checkListed(seal, certificate.bytes));
  const toBeSigned = encodeToBeSigned(seal, content);
  return assembleSignature(toBeSigned, certificate.bytes, sign(privateKey, toBeSigned));
}

function refuseUnlessPassed(what: string, { result, code }: Finding): void {
  if (result !== 'passed') throw new SealError('refused', `${what}: ${code}`);
}

function refuseOtherKey(certificate: Certificate, { publicKey }: PrivateKey): void {
  if (!certificate.publicKey.point.equals(publicKey.point))
    throw new SealError('refused', 'the certificate is of another key');
}
