import { readPattern } from './pattern.ts';
import { pick, randomFor } from './random.ts';

/** Numbers beyond this are not counted exactly enough for wrapping round. */
const MAX_CAPACITY = 2 ** 40;

export interface Numbering {
  /** How many different numbers there are. */
  readonly capacity: number;
  /** The number of a row; different for all indices from 0 to `capacity` − 1. */
  at(index: number): string;
}

/**
 * Licence numbers of a pattern: the places at its end count upwards from a place that the seed chooses, as
 * numbers of one office do; those before stay the same throughout the stock.
 */
export function numbering(pattern: string, seed: string): Numbering {
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
  const at = (index: number) => head + count(counting, (offset + index) % capacity);
  if (!new RegExp(`^(?:${pattern})$`, 'u').test(at(0))) {
    throw new RangeError(`cannot make licence numbers of the pattern ${pattern}`);
  }
  return { capacity, at };
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
