/**
 * malformed: not the form of the specification · too-large: beyond a limit of ours · bad-signature: a signature by a
 * known key does not verify · untrusted: no signature by a known key.
 */
export type NoteErrorCode = 'malformed' | 'too-large' | 'bad-signature' | 'untrusted';

export class NoteError extends Error {
  readonly code: NoteErrorCode;

  constructor(code: NoteErrorCode, message: string) {
    super(message);
    this.name = 'NoteError';
    this.code = code;
  }
}
