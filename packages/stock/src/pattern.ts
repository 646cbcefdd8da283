/** The characters that may stand at one place. */
export type Place = readonly string[];

const DIGITS: Place = [...'0123456789'];
const LETTERS_AND_DIGITS: Place = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** A range such as 一-龥 is cut: more characters make no better numbers. */
const MAX_RANGE = 64;
/** Repetitions chosen where the pattern sets no upper limit, and the most of all. */
const OPEN_REPEAT = 8;
const MAX_REPEAT = 20;

interface Cursor {
  readonly pattern: string;
  readonly chars: readonly string[];
  at: number;
}

/**
 * The places of one text that a pattern matches. Of alternatives the first is taken, of repetitions the
 * most. Understood are literals, escapes, classes, groups, `|` and quantifiers; anything else (look-around,
 * negated classes, back references, \p) throws a RangeError.
 */
export function readPattern(pattern: string): Place[] {
  const cursor = { pattern, chars: [...pattern], at: 0 };
  const places = readAlternatives(cursor);
  if (cursor.at < cursor.chars.length) throw unsupported(cursor);
  return places;
}

function readAlternatives(cursor: Cursor): Place[] {
  const first = readSequence(cursor);
  while (skip(cursor, '|')) readSequence(cursor);
  return first;
}

function readSequence(cursor: Cursor): Place[] {
  const found: Place[] = [];
  while (cursor.at < cursor.chars.length && !'|)'.includes(cursor.chars[cursor.at]!)) {
    const one = readAtom(cursor);
    for (let times = readQuantifier(cursor); times > 0; times--) found.push(...one);
  }
  return found;
}

function readAtom(cursor: Cursor): Place[] {
  if ('*+?{'.includes(cursor.chars[cursor.at]!)) throw unsupported(cursor);
  const char = cursor.chars[cursor.at++]!;
  switch (char) {
    case '^':
    case '$':
      return [];
    case '(':
      return readGroup(cursor);
    case '[':
      return [readClass(cursor)];
    case '\\':
      return [readEscape(cursor)];
    case '.':
      return [DIGITS];
    default:
      return [[char]];
  }
}

function readGroup(cursor: Cursor): Place[] {
  if (skip(cursor, '?') && !skip(cursor, ':')) throw unsupported(cursor);
  const inner = readAlternatives(cursor);
  if (!skip(cursor, ')')) throw unsupported(cursor);
  return inner;
}

function readClass(cursor: Cursor): Place {
  if (cursor.chars[cursor.at] === '^') throw unsupported(cursor);
  const found: string[] = [];
  while (!skip(cursor, ']')) {
    const first = readMember(cursor);
    const isRange = cursor.chars[cursor.at] === '-' && cursor.chars[cursor.at + 1] !== ']';
    if (!isRange) found.push(...first);
    else {
      cursor.at++;
      found.push(...range(first[0]!, readMember(cursor)[0]!));
    }
  }
  return [...new Set(found)];
}

function readMember(cursor: Cursor): Place {
  const char = cursor.chars[cursor.at];
  if (char === undefined) throw unsupported(cursor);
  cursor.at++;
  return char === '\\' ? readEscape(cursor) : [char];
}

function readEscape(cursor: Cursor): Place {
  const char = cursor.chars[cursor.at] ?? '';
  if (char === '' || /[0-9A-Za-ce-tvx-z]/.test(char)) throw unsupported(cursor);
  cursor.at++;
  if (char === 'd') return DIGITS;
  if (char === 'w') return LETTERS_AND_DIGITS;
  return char === 'u' ? [readCodePoint(cursor)] : [char];
}

function readCodePoint(cursor: Cursor): string {
  const match = /^(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{4}))/.exec(ahead(cursor));
  if (!match) throw unsupported(cursor);
  cursor.at += match[0].length;
  return String.fromCodePoint(Number.parseInt(match[1] ?? match[2]!, 16));
}

/** How often the atom before is repeated. */
function readQuantifier(cursor: Cursor): number {
  const match = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(ahead(cursor));
  if (!match) return 1;
  cursor.at += match[0].length;
  if (match[0].startsWith('?')) return 1;
  if (match[1] === undefined) return OPEN_REPEAT;
  const least = Number(match[1]);
  if (match[2] === undefined) return least;
  return Math.max(least, match[3] ? Math.min(Number(match[3]), MAX_REPEAT) : OPEN_REPEAT);
}

function skip(cursor: Cursor, char: string): boolean {
  if (cursor.chars[cursor.at] !== char) return false;
  cursor.at++;
  return true;
}

function ahead(cursor: Cursor): string {
  return cursor.chars.slice(cursor.at, cursor.at + 16).join('');
}

function range(first: string, last: string): string[] {
  const start = first.codePointAt(0)!;
  const length = Math.min(last.codePointAt(0)! - start + 1, MAX_RANGE);
  return Array.from({ length }, (_, offset) => String.fromCodePoint(start + offset));
}

function unsupported(cursor: Cursor): RangeError {
  return new RangeError(
    `cannot make licence numbers of the pattern ${cursor.pattern}: place ${cursor.at + 1}`,
  );
}
