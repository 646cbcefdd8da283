export {
  type CheckOptions,
  checkListed,
  checkSeal,
  checkSealValidity,
  checkSignature,
  type Finding,
  type SignatureCheck,
} from './check.ts';
export { SealError, type SealErrorCode } from './errors.ts';
export type { ExtensionData } from './extensions.ts';
export { makeSeal, makeSignature, type Party } from './make.ts';
export { checkOfd, type NotUnderstood, type OfdCheck, type SealedBy } from './ofd/check-ofd.ts';
export type { ReferencesFinding } from './ofd/references.ts';
export {
  REQUIRED_SEALS,
  type RequiredSeal,
  requiredSealsMetadata,
  requiredSealsOf,
  type SealKind,
  sealKinds,
} from './ofd/required-seals.ts';
export { prepareSealing, type Sealing, type SealingInput, sealOfd } from './ofd/seal-ofd.ts';
export type { Stamp } from './ofd/signature-xml.ts';
export { assembleSeal, decodeSeal, type Seal } from './seal.ts';
export { encodeSealInfo, type Picture, type SealInfo, type SealVersion } from './seal-info.ts';
export {
  assembleSignature,
  decodeSignature,
  encodeToBeSigned,
  type SealSignature,
  type ToBeSigned,
} from './signature.ts';
export { type CertificateDigest, isListed, type Signers, SM3_OID } from './signers.ts';
