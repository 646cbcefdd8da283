// Verification of SM2 signatures (GB/T 32918.2 section 7.1) with tables. All inputs are public: nothing here runs in constant time.
//
// The caller lays out memory from `heapStart` on: tables where it wants, and writes 32 big-endian octets each of r, s and e
// (or x and y of a point) at `inputStart`.

import { ELEMENT_BYTES, isZero, mul, sqr, sub } from './field';
import { POINT_BYTES, X, Y, Z } from './point';
import {
  addModOrder,
  addOrderBelowField,
  isBelowOrder,
  isZeroScalar,
  readScalar,
  reduceByOrder,
  SCALAR_BYTES,
  storeRSquared,
  subModOrder,
  toField,
} from './scalar';
import { addMultiple, buildTable as build } from './table';

export { buildBytes, tableBytes } from './table';

const INPUT: usize = 1024;
const R: usize = 1152;
const S: usize = R + SCALAR_BYTES;
const E: usize = S + SCALAR_BYTES;
const T: usize = E + SCALAR_BYTES;
const R_SQUARED: usize = 1280;
const SUM: usize = R_SQUARED + ELEMENT_BYTES;
const BASE: usize = SUM + POINT_BYTES;
const SCRATCH: usize = BASE + 2 * ELEMENT_BYTES;

export function inputStart(): usize {
  return INPUT;
}

export function heapStart(): usize {
  return 4096;
}

/** Builds the table of the point at `inputStart` (x, y), which the caller has checked to be on the curve. */
export function buildTable(table: usize, w: i32, scratch: usize): void {
  storeRSquared(R_SQUARED);
  readScalar(R, INPUT);
  readScalar(S, INPUT + SCALAR_BYTES);
  toField(BASE + X, R, R_SQUARED);
  toField(BASE + Y, S, R_SQUARED);
  build(table, w, BASE, scratch);
}

/** r, s and e stand at `inputStart`. 1 valid, 0 invalid, 2: the formulas met an exceptional case and cannot say. */
export function verify(tableG: usize, wG: i32, tableP: usize, wP: i32): i32 {
  readScalar(R, INPUT);
  readScalar(S, INPUT + SCALAR_BYTES);
  readScalar(E, INPUT + 2 * SCALAR_BYTES);
  if (isZeroScalar(R) || isZeroScalar(S) || !isBelowOrder(R) || !isBelowOrder(S)) return 0;
  addModOrder(T, R, S);
  if (isZeroScalar(T)) return 0;
  const fresh = addMultiple(SUM, true, S, tableG, wG, SCRATCH);
  addMultiple(SUM, fresh, T, tableP, wP, SCRATCH);
  return hasAbscissa();
}

/** Whether x of the sum is r - e modulo n: compared as X = x Z^2, which needs no inversion. */
function hasAbscissa(): i32 {
  storeRSquared(R_SQUARED);
  reduceByOrder(E);
  subModOrder(T, R, E);
  const zz = SCRATCH;
  sqr(zz, SUM + Z);
  if (equalsX(T, zz)) return isZero(SUM + Z) ? 2 : 1;
  // x may also be n or more, up to p.
  if (addOrderBelowField(T) && equalsX(T, zz)) return isZero(SUM + Z) ? 2 : 1;
  return isZero(SUM + Z) ? 2 : 0;
}

function equalsX(integer: usize, zz: usize): bool {
  const x = zz + ELEMENT_BYTES;
  toField(x, integer, R_SQUARED);
  mul(x, x, zz);
  sub(x, x, SUM + X);
  return isZero(x);
}
