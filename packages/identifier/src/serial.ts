import { tidy } from './code-check.ts';
import { residentNumberForms } from './resident-number.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const RANDOM_LENGTH = 20;
/** The largest multiple of 36 that fits a byte: bytes beyond it are thrown away, or some characters would be likelier. */
const FAIR_BYTES = 252;

/** The licence number itself if it can stand as the serial of an identifier as it is, else undefined. */
export function serialFrom(licenceNumber: string): string | undefined {
  return /^[0-9A-Z]{1,64}$/.test(licenceNumber) ? licenceNumber : undefined;
}

/**
 * Whether `serial` gives away one of the holders' codes, whatever the case and with everything but letters
 * and digits left out. A resident number is also found without its check digit and in its 15-digit form.
 */
export function containsHolderCode(serial: string, codes: readonly string[]): boolean {
  const haystack = compact(serial);
  return codes.some((code) =>
    [compact(code), ...residentNumberForms(code)].some((form) => form !== '' && haystack.includes(form)),
  );
}

/**
 * 20 characters `0-9A-Z`, each equally likely (103 bits).
 * `randomBytes(size)` is a cryptographic source such as that of node:crypto.
 */
export function randomSerial(randomBytes: (size: number) => Uint8Array): string {
  let serial = '';
  while (serial.length < RANDOM_LENGTH) {
    const wanted = RANDOM_LENGTH - serial.length;
    const bytes = randomBytes(wanted);
    if (bytes.length !== wanted)
      throw new RangeError(`random source gave ${bytes.length} of ${wanted} bytes`);
    for (const byte of bytes) if (byte < FAIR_BYTES) serial += ALPHABET[byte % ALPHABET.length];
  }
  return serial;
}

function compact(code: string): string {
  return tidy(code).replace(/[^0-9A-Z]/g, '');
}
