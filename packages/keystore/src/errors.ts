/**
 * exists: there already is one · absent: there is none · secret: it does not open this keystore ·
 * damaged: a file is not what was written, or belongs elsewhere · refused: against a rule of the keystore.
 */
export type KeystoreErrorCode = 'exists' | 'absent' | 'secret' | 'damaged' | 'refused';

export class KeystoreError extends Error {
  readonly code: KeystoreErrorCode;

  constructor(code: KeystoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KeystoreError';
    this.code = code;
  }
}
