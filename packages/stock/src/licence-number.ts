import type { StockType } from './face.ts';
import { type CodeSpace, CREDIT_CODES, RESIDENT_NUMBERS } from './holder-codes.ts';
import { readPattern } from './pattern.ts';
import { pick, randomFor } from './random.ts';

export interface LicenceNumber {
  readonly text: string;
  /** The first holder, where the number is made of that holder's code. */
  readonly holder?: { readonly kind: string; readonly code: string };
}

export interface Numbering {
  /** How many different numbers there are. */
  readonly capacity: number;
  /** The number of a row; different for all indices from 0 to `capacity` − 1. */
  at(index: number): LicenceNumber;
}

/**
 * How the licences of a type are numbered: by the holder's code where the pattern is made for it (an identity
 * card, a driving licence, a business licence), else counting through the pattern.
 * Throws a RangeError for a pattern that is not understood.
 */
export function numberingOf(type: StockType, pattern: string, seed: string): Numbering {
  const matches = new RegExp(`^(?:${pattern})$`, 'u');
  const byHolder = HOLDER_NUMBERS.find(
    ({ kind, sample, suffix }) => type.holderKinds.includes(kind) && matches.test(sample + suffix),
  );
  const numbering = byHolder ? holderNumbering(byHolder, seed) : countingNumbering(pattern, seed);
  if (!matches.test(numbering.at(0).text)) {
    throw new RangeError(`cannot make licence numbers of the pattern ${pattern}`);
  }
  return numbering;
}

interface HolderNumber {
  readonly kind: string;
  /** A code with letters where only codes of this kind have them. */
  readonly sample: string;
  readonly codes: CodeSpace;
  readonly suffix: string;
}

const resident = { kind: '111', sample: '44019919900101001X', codes: RESIDENT_NUMBERS };
const organisation = { kind: '001', sample: '91440199MAAA0001XA', codes: CREDIT_CODES };
const HOLDER_NUMBERS: readonly HolderNumber[] = [
  { ...resident, suffix: '' },
  // 残疾人证: category and grade follow.
  { ...resident, suffix: '43' },
  { ...organisation, suffix: '' },
  // 排污许可证: place and kind of permit follow.
  { ...organisation, suffix: '001P' },
];

/** Prime and no factor of any code space: steps of it meet every code once, and neighbours look unrelated. */
const STRIDE = 1_000_003;

function holderNumbering({ kind, codes, suffix }: HolderNumber, seed: string): Numbering {
  const offset = Math.floor(randomFor(seed, -1)() * codes.count);
  return {
    capacity: codes.count,
    at(index) {
      const code = codes.at((offset + index * STRIDE) % codes.count);
      return { text: code + suffix, holder: { kind, code } };
    },
  };
}

/** Numbers beyond this are not counted exactly enough for wrapping round. */
const MAX_CAPACITY = 2 ** 40;

/**
 * The places at the end of the pattern count upwards from where the seed chooses, as the numbers of one
 * office do; those before stay the same throughout the stock.
 */
function countingNumbering(pattern: string, seed: string): Numbering {
  const random = randomFor(seed, -1);
  const places = readPattern(pattern);
  let first = places.length;
  let capacity = 1;
  while (first > 0 && capacity * places[first - 1]!.length <= MAX_CAPACITY) {
    first--;
    capacity *= places[first]!.length;
  }
  const head = places
    .slice(0, first)
    .map((choices) => pick(random, choices))
    .join('');
  const counting = places.slice(first);
  const offset = Math.floor(random() * capacity);
  return { capacity, at: (index) => ({ text: head + count(counting, (offset + index) % capacity) }) };
}

/** `value` written with the choices of each place as its digits. */
function count(places: readonly (readonly string[])[], value: number): string {
  let rest = value;
  let text = '';
  for (let i = places.length - 1; i >= 0; i--) {
    const choices = places[i]!;
    text = choices[rest % choices.length]! + text;
    rest = Math.floor(rest / choices.length);
  }
  return text;
}
