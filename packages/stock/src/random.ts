/** A reproducible stream of numbers in [0, 1). Not for anything that must not be guessed. */
export type Random = () => number;

/**
 * The stream of one row (sfc32). It depends on nothing but seed and index, so that any part of a stock can
 * be made alone.
 */
export function randomFor(seed: string, index: number): Random {
  let a = hash(seed, 0x811c9dc5);
  let b = hash(seed, 0x9747b28c);
  let c = index | 0;
  let counter = Math.floor(index / 2 ** 32) + 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Neighbouring seeds need some rounds to part.
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** A whole number from 0 to `limit` − 1. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function pick<T>(random: Random, choices: ArrayLike<T>): T {
  return choices[below(random, choices.length)]!;
}

/** `count` decimal digits. */
export function digits(random: Random, count: number): string {
  let text = '';
  while (text.length < count) text += below(random, 10);
  return text;
}

/** FNV-1a over UTF-16 units, finished so that short seeds spread over all bits. */
function hash(text: string, start: number): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 13);
}
