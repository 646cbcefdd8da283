/** A character, an escaped one, or a class; then how often: {n} or {n,m}. */
const PART = /(?:[^\\^$.*+?()[\]{}|]|\\[\\^$.*+?()[\]{}|]|\[[^\\^[\]]+\])(?:\{([0-9]+)(?:,([0-9]+))?\})?/u
  .source;
const FORM = new RegExp(`^\\^(?:${PART})+\\$$`, 'u');
/** Ways in which a text may be tried against a pattern: the product of what its {n,m} leave open. */
const MAX_WAYS = 100;
const MAX_LENGTH = 64;

/**
 * Whether a pattern of licence numbers is one that everybody can run safely and make numbers of: anchored by ^
 * and $; characters, classes, {n} and {n,m} only; matching in bounded time; no number longer than 64 characters.
 */
export function isNumberPattern(pattern: string): boolean {
  if (!FORM.test(pattern)) return false;
  let ways = 1;
  let longest = 0;
  for (const [, least = '1', most = least] of pattern.slice(1, -1).matchAll(new RegExp(PART, 'gu'))) {
    if (Number(most) < Number(least)) return false;
    ways *= Number(most) - Number(least) + 1;
    longest += Number(most);
  }
  return ways <= MAX_WAYS && longest <= MAX_LENGTH && compiles(pattern);
}

/** Classes such as [z-a] are well-formed and no regular expressions. */
function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}
