// Comb tables of one point P: for every window i of w bits the multiples d 2^(w i) P, d = 1 ... 2^(w-1), affine and in
// Montgomery form. A scalar is written in signed digits from -2^(w-1) to 2^(w-1), so half of the multiples suffice and no
// doubling is left. A coordinate in a table is nine u32.

import { carry, canonical, copy, ELEMENT_BYTES, invert, mul, sqr } from './field';
import { addAffine, double, POINT_BYTES, X, Y, Z } from './point';
import { bitsAt, storeOne } from './scalar';

const ENTRY_BYTES: usize = 72;
const COORDINATE_BYTES: usize = 36;

/** One more than 256 / w when w divides it: the last digit is then only the carry. */
export function windows(w: i32): i32 {
  return 256 / w + 1;
}

export function tableBytes(w: i32): usize {
  return (<usize>windows(w) << <usize>(w - 1)) * ENTRY_BYTES;
}

/** What buildTable needs at `scratch`: 2^(w-1) points, as many running products, and some. */
export function buildBytes(w: i32): usize {
  return ((<usize>1) << (w - 1)) * (POINT_BYTES + ELEMENT_BYTES) + 32 * ELEMENT_BYTES;
}

/** Builds the table of the affine point at `base` (x, y in Montgomery form; changed meanwhile). */
export function buildTable(table: usize, w: i32, base: usize, scratch: usize): void {
  const count = 1 << (w - 1);
  const t = scratch;
  const points = t + 32 * ELEMENT_BYTES;
  const products = points + <usize>count * POINT_BYTES;
  for (let window = 0; window < windows(w); window++) {
    storePoint(points, base);
    for (let d = 1; d < count; d++) {
      const point = points + <usize>d * POINT_BYTES;
      memory.copy(point, point - POINT_BYTES, POINT_BYTES);
      if (d == 1) double(point, t);
      else addAffine(point, base + X, base + Y, t);
    }
    toAffine(points, count, products, t);
    for (let d = 0; d < count; d++)
      storeEntry(table + <usize>((window << (w - 1)) + d) * ENTRY_BYTES, points + <usize>d * POINT_BYTES);
    // The next base is twice the last multiple, 2 * 2^(w-1) = 2^w times this base.
    storePoint(points, points + <usize>(count - 1) * POINT_BYTES);
    double(points, t);
    toAffine(points, 1, products, t);
    memory.copy(base, points, 2 * ELEMENT_BYTES);
  }
}

/**
 * p += k P. With `fresh` p has no value yet, and the first digit that is not zero sets it. Returns whether p still has none.
 */
export function addMultiple(p: usize, fresh: bool, scalar: usize, table: usize, w: i32, t: usize): bool {
  const half = 1 << (w - 1);
  const x = t;
  const y = t + ELEMENT_BYTES;
  let borrow = 0;
  for (let window = 0; window < windows(w); window++) {
    let digit = bitsAt(scalar, window * w, w) + borrow;
    borrow = digit > half ? 1 : 0;
    digit -= borrow << w;
    if (digit == 0) continue;
    const magnitude = digit < 0 ? -digit : digit;
    loadEntry(x, table + <usize>((window << (w - 1)) + magnitude - 1) * ENTRY_BYTES, digit < 0);
    if (fresh) {
      storePoint(p, x);
      carry(p + Y);
      fresh = false;
    } else addAffine(p, x, y, t + 2 * ELEMENT_BYTES);
  }
  return fresh;
}

/** x and y at `affine`, Z = 1. */
function storePoint(point: usize, affine: usize): void {
  memory.copy(point, affine, 2 * ELEMENT_BYTES);
  storeOne(point + Z);
}

/** Montgomery's trick: one inversion for all Z. No Z is zero, as no multiple here is the point at infinity. */
function toAffine(points: usize, count: i32, products: usize, t: usize): void {
  copy(products, points + Z);
  for (let i = 1; i < count; i++) {
    const at = products + <usize>i * ELEMENT_BYTES;
    mul(at, at - ELEMENT_BYTES, points + <usize>i * POINT_BYTES + Z);
  }
  const inverse = t;
  const z = t + ELEMENT_BYTES;
  const zz = t + 2 * ELEMENT_BYTES;
  invert(inverse, products + <usize>(count - 1) * ELEMENT_BYTES, t + 3 * ELEMENT_BYTES);
  for (let i = count - 1; i >= 0; i--) {
    const point = points + <usize>i * POINT_BYTES;
    if (i > 0) mul(z, inverse, products + <usize>(i - 1) * ELEMENT_BYTES);
    else copy(z, inverse);
    mul(inverse, inverse, point + Z);
    sqr(zz, z);
    mul(point + X, point + X, zz);
    mul(zz, zz, z);
    mul(point + Y, point + Y, zz);
    canonical(point + X);
    canonical(point + Y);
  }
}

function storeEntry(entry: usize, point: usize): void {
  for (let i: usize = 0; i < 9; i++) {
    store<u32>(entry + 4 * i, <u32>load<i64>(point + X + 8 * i));
    store<u32>(entry + COORDINATE_BYTES + 4 * i, <u32>load<i64>(point + Y + 8 * i));
  }
}

/** Into two elements in a row; -(x, y) is (x, -y). */
// @ts-ignore: decorator
@inline
function loadEntry(out: usize, entry: usize, negative: bool): void {
  const sign: i64 = negative ? -1 : 1;
  for (let i: usize = 0; i < 9; i++) {
    store<i64>(out + 8 * i, <i64>load<u32>(entry + 4 * i));
    store<i64>(out + ELEMENT_BYTES + 8 * i, sign * <i64>load<u32>(entry + COORDINATE_BYTES + 4 * i));
  }
}
