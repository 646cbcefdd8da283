/**
 * ISO/IEC 7064 MOD 37,36 (GB/T 17710), the hybrid system that GB/T 36904 prescribes for licence identifiers.
 *
 * What it guarantees, with the check character as the last of the characters:
 * - every substitution of one character is detected;
 * - a transposition of two neighbours is detected unless their values are consecutive (modulo 36) and the
 *   running value before them takes them to 18 and 19, where doubling modulo 37 first wraps around: one
 *   running value in 36;
 * - the dots are no part of it: moving characters between segments of open length is not detected.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const M = 36;

/**
 * The check character over `body`, which consists of `0-9A-Z` only, without dots and without the root.
 * Throws a RangeError for any other character.
 */
export function checkCharacter(body: string): string {
  let product = M;
  for (let i = 0; i < body.length; i++) {
    const sum = (product + characterValue(body, i)) % M || M;
    product = (sum * 2) % (M + 1);
  }
  // The last modulo matters: a product of 1 means '0', not the 37th character.
  return ALPHABET[(M + 1 - product) % M]!;
}

function characterValue(body: string, index: number): number {
  const unit = body.charCodeAt(index);
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (unit >= 0x41 && unit <= 0x5a) return unit - 0x41 + 10;
  throw new RangeError(`character ${index + 1} of the body is neither a digit nor an upper-case letter`);
}
