/** malformed: no seal or signature of version 1 or 4 in DER · refused: what is asked for would not stand up to its own check. */
export type SealErrorCode = 'malformed' | 'refused';

export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;

  constructor(code: SealErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
