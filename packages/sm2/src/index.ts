export { createDecryptor, type Decryptor, encrypt } from './encryption.ts';
export { Sm2Error, type Sm2ErrorCode } from './errors.ts';
export { DEFAULT_ID, identityDigest } from './identity.ts';
export {
  generateKeyPair,
  type PrivateKey,
  type PublicKey,
  privateKeyOf,
  privateKeyPem,
  publicKeyDer,
  publicKeyOf,
  publicKeyPem,
} from './keys.ts';
export { sign, verify } from './sign.ts';
export { parseSignature, type RawSignature } from './signature.ts';
export { hmacSm3, SM3_BYTES, sm3 } from './sm3.ts';
export { decryptSm4Cbc, encryptSm4Cbc, SM4_IV_BYTES, SM4_KEY_BYTES } from './sm4.ts';
export { createVerifier, type Verifier, type VerifierOptions } from './verifier.ts';
