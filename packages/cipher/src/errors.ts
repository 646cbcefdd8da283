/**
 * malformed: not a record or envelope of ours · algorithm: one that is not known here or too weak ·
 * key: a key of another length, name or id · refused: wrong key or secret, other context, or altered bytes.
 */
export type CipherErrorCode = 'malformed' | 'algorithm' | 'key' | 'refused';

/** Its message names no plaintext, key or secret. */
export class CipherError extends Error {
  readonly code: CipherErrorCode;

  constructor(code: CipherErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CipherError';
    this.code = code;
  }
}
