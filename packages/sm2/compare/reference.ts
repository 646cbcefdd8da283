// Points and the verification equation in plain BigInt arithmetic, as the standard writes them: slow and obvious, for tests only.
import { a, b, G, modP, n, type Point, p } from '../src/curve.ts';

/** Undefined is the point at infinity. */
export type MaybePoint = Point | undefined;

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = ((base % modulus) + modulus) % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

export function modN(value: bigint): bigint {
  return ((value % n) + n) % n;
}

export function inverseModN(value: bigint): bigint {
  return power(modN(value), n - 2n, n);
}

export function add(one: MaybePoint, other: MaybePoint): MaybePoint {
  if (!one) return other;
  if (!other) return one;
  if (one.x === other.x && modP(one.y + other.y) === 0n) return undefined;
  const [rise, run] =
    one.x === other.x ? [3n * one.x * one.x + a, 2n * one.y] : [other.y - one.y, other.x - one.x];
  const slope = modP(rise * inverse(run));
  const x = modP(slope * slope - one.x - other.x);
  return { x, y: modP(slope * (one.x - x) - one.y) };
}

export function negate(point: MaybePoint): MaybePoint {
  return point && { x: point.x, y: p - point.y };
}

export function multiply(scalar: bigint, point: MaybePoint): MaybePoint {
  let sum: MaybePoint;
  let addend = point;
  for (let rest = modN(scalar); rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, addend);
    addend = add(addend, addend);
  }
  return sum;
}

/** GB/T 32918.2 §7.1 from B5 on, with e given. */
export function verifies(point: Point, r: bigint, s: bigint, e: bigint): boolean {
  if (r < 1n || r >= n || s < 1n || s >= n) return false;
  const t = modN(r + s);
  if (t === 0n) return false;
  const sum = add(multiply(s, G), multiply(t, point));
  return sum !== undefined && modN(e + sum.x) === r;
}

/** The point with this x and an even y, if there is one. */
export function liftX(x: bigint): MaybePoint {
  const square = modP(x * x * x + a * x + b);
  const root = power(square, (p + 1n) / 4n, p);
  if (modP(root * root) !== square) return undefined;
  return { x, y: root & 1n ? p - root : root };
}

/** Extended Euclid. */
function inverse(value: bigint): bigint {
  let [low, high] = [modP(value), p];
  let [factor, other] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [factor, other] = [other - quotient * factor, factor];
  }
  return modP(factor);
}
