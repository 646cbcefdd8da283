// The recommended curve of GB/T 32918.5: y² = x³ + ax + b over F_p, of prime order n.

export const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
export const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

export const COORDINATE_BYTES = 32;
/** 04 ‖ x ‖ y. */
export const POINT_BYTES = 1 + 2 * COORDINATE_BYTES;

export type Point = { readonly x: bigint; readonly y: bigint };

export const G: Point = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

export const a = p - 3n;
export const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;

/** a ‖ b ‖ xG ‖ yG, as it stands in Z. */
export const curveOctets: Uint8Array = Buffer.concat([a, b, G.x, G.y].map(toOctets));

export function toOctets(coordinate: bigint): Buffer {
  return Buffer.from(coordinate.toString(16).padStart(2 * COORDINATE_BYTES, '0'), 'hex');
}

export function fromOctets(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`);
}

/** Of 04 ‖ x ‖ y. */
export function pointOf(octets: Uint8Array): Point {
  return {
    x: fromOctets(octets.subarray(1, 1 + COORDINATE_BYTES)),
    y: fromOctets(octets.subarray(1 + COORDINATE_BYTES, POINT_BYTES)),
  };
}

/** For the coordinates of any 65 octets. */
export function isOnCurve({ x, y }: Point): boolean {
  return x < p && y < p && modP(y * y - x * x * x - a * x - b) === 0n;
}

export function octetsOf({ x, y }: Point): Buffer {
  return Buffer.concat([Buffer.of(4), toOctets(x), toOctets(y)]);
}

export function modP(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

/** For two points with different x; public points only, this is no constant-time arithmetic. */
export function addPoints(one: Point, other: Point): Point {
  const slope = modP((other.y - one.y) * invertModP(other.x - one.x));
  const x = modP(slope * slope - one.x - other.x);
  return { x, y: modP(slope * (one.x - x) - one.y) };
}

/** Extended Euclid; `value` is not zero modulo p. */
function invertModP(value: bigint): bigint {
  let [low, high] = [modP(value), p];
  let [factor, other] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [factor, other] = [other - quotient * factor, factor];
  }
  return modP(factor);
}
