/**
 * key: not a key on the SM2 curve, or one that OpenSSL would use as another kind · identity: empty or too long signer ID ·
 * signature: not the one encoding of r and s · cipher: not of the form, for another key or altered.
 */
export type Sm2ErrorCode = 'key' | 'identity' | 'signature' | 'cipher';

/** Its message names no plaintext and no key. */
export class Sm2Error extends Error {
  override readonly name = 'Sm2Error';
  readonly code: Sm2ErrorCode;

  constructor(code: Sm2ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
