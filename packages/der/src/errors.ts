/** Bytes that are not DER, or not the structure asked for. Says where: byte offset in the whole input and path of names. */
export class DerError extends Error {
  override readonly name = 'DerError';
  /** Of the element that is wrong, from the start of the bytes given to `parseDer`. */
  readonly offset: number;
  /** Names given while reading, e.g. `Certificate.tbsCertificate.serialNumber`. */
  readonly path: string;

  constructor(message: string, { offset, path }: { offset: number; path: string }) {
    super(`${message} (at byte ${offset}, ${path})`);
    this.offset = offset;
    this.path = path;
  }
}
