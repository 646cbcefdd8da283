/**
 * exists: something is there already · absent: something that must be there is not · malformed: not a file of ours ·
 * untrusted: a signature, fingerprint or proof that does not hold · mismatch: it is for another node or key ·
 * unregistered: the province's catalogue does not know the node (yet).
 */
export type EnrolmentErrorCode =
  | 'exists'
  | 'absent'
  | 'malformed'
  | 'untrusted'
  | 'mismatch'
  | 'unregistered';

export class EnrolmentError extends Error {
  readonly code: EnrolmentErrorCode;

  constructor(code: EnrolmentErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EnrolmentError';
    this.code = code;
  }
}
