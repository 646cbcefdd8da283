/** The characters that may stand at one place. */
export type Place = readonly string[];

/** A character, an escaped one, or a class; then how often: {n} or {n,m}. */
const PART =
  /(?:(?<plain>[^\\^$.*+?()[\]{}|])|\\(?<escaped>[\\^$.*+?()[\]{}|-])|\[(?<members>[^\\^[\]]+)\])(?:\{(?<least>[0-9]+)(?:,(?<most>[0-9]+))?\})?/uy;

/** For a range such as 一-龥: characters of invented places. */
const HAN: Place = [...'禾渡岑栖汀岚沁榆霁澹蔚鹭砚溪麓澜'];
/** Other ranges are cut: more characters make no better numbers. */
const MAX_RANGE = 64;

/**
 * The places of one text that a pattern of licence numbers matches. Understood is what the catalogue allows:
 * `^…$` around characters, escaped characters and classes, each with {n} or {n,m}; anything else throws a
 * RangeError. Of {n,m} the most is taken, of Chinese characters the fewest.
 */
export function readPattern(pattern: string): Place[] {
  const body = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const places: Place[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const at = PART.lastIndex;
    const part = PART.exec(body)?.groups;
    if (!part)
      throw new RangeError(`cannot make licence numbers of the pattern ${pattern}: see ${body.slice(at)}`);
    const place = part.members ? membersOf(part.members) : [part.plain ?? part.escaped!];
    const { least = '1', most = least } = part;
    const times = Number(place.includes(HAN[0]!) ? least : most);
    for (let i = 0; i < times; i++) places.push(place);
  }
  return places;
}

/** The characters of a class: single ones and ranges; a hyphen at either end is itself. */
function membersOf(members: string): Place {
  const found = new Set<string>();
  for (const [text] of members.matchAll(/.-.|./gsu)) {
    const [first, , last] = [...text];
    for (const char of last ? range(first!, last) : [text]) found.add(char);
  }
  return [...found];
}

function range(first: string, last: string): Place {
  if (first === '一' && last >= '龥') return HAN;
  const start = first.codePointAt(0)!;
  const length = Math.min(last.codePointAt(0)! - start + 1, MAX_RANGE);
  return Array.from({ length }, (_, offset) => String.fromCodePoint(start + offset));
}
