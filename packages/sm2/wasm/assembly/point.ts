// Points of y^2 = x^3 - 3 x + b. Jacobian: X, Y, Z (three elements in a row) stand for (X/Z^2, Y/Z^3).

import { canonical, carry, copy, ELEMENT_BYTES, mul, mulSub, sqr, sub } from './field';

export const POINT_BYTES: usize = 3 * ELEMENT_BYTES;
export const X: usize = 0;
export const Y: usize = ELEMENT_BYTES;
export const Z: usize = 2 * ELEMENT_BYTES;

/**
 * p += (x, y), 8 multiplications and 3 squarings (madd of the Explicit-Formulas Database, with S2 - Y1 undoubled). When
 * both are the same point or each other's negative, Z becomes zero, and with Z zero it stays so: the caller looks once, at the
 * end. `t` has room for eight elements.
 *
 * Sizes: a result of mul is below |a b| / 2^261 + p. With X up to 6 p and Y up to 2 p, as they come out of here, h is up to 8 p, hh 3 p,
 * hhh and v 2 p, so that X3 stays below 6 p (its fixed point is 5.6 p), and every product far below 2^261 p.
 */
export function addAffine(p: usize, x: usize, y: usize, t: usize): void {
  const zz = t;
  const h = t + ELEMENT_BYTES;
  const r = t + 2 * ELEMENT_BYTES;
  const hh = t + 3 * ELEMENT_BYTES;
  const hhh = t + 4 * ELEMENT_BYTES;
  const v = t + 5 * ELEMENT_BYTES;
  const w = t + 6 * ELEMENT_BYTES;
  sqr(zz, p + Z);
  mul(h, x, zz);
  sub(h, h, p + X);
  mul(r, y, zz);
  mul(r, r, p + Z);
  sub(r, r, p + Y);
  sqr(hh, h);
  mul(hhh, hh, h);
  mul(v, hh, p + X);
  mul(p + Z, p + Z, h);
  sqr(w, r);
  // X3 = r^2 - hhh - 2 v
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 8)
    store<i64>(p + X + i, load<i64>(w + i) - load<i64>(hhh + i) - (load<i64>(v + i) << 1));
  carry(p + X);
  // Y3 = r (v - X3) - Y1 hhh
  sub(v, v, p + X);
  mulSub(p + Y, r, v, p + Y, hhh);
}

/** p := 2 p (dbl-2001-b, for a = -3); no point of this group has order 2. */
export function double(p: usize, t: usize): void {
  const delta = t;
  const gamma = t + ELEMENT_BYTES;
  const beta4 = t + 2 * ELEMENT_BYTES;
  const alpha = t + 3 * ELEMENT_BYTES;
  const u = t + 4 * ELEMENT_BYTES;
  const v = t + 5 * ELEMENT_BYTES;
  sqr(delta, p + Z);
  sqr(gamma, p + Y);
  mul(beta4, p + X, gamma);
  times(beta4, 4);
  sub(u, p + X, delta);
  add(v, p + X, delta);
  carry(v);
  mul(alpha, u, v);
  times(alpha, 3);
  mul(v, p + Y, p + Z);
  add(p + Z, v, v);
  carry(p + Z);
  // X3 = alpha^2 - 2 beta4, Y3 = alpha (beta4 - X3) - 8 gamma^2
  sqr(u, alpha);
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 8)
    store<i64>(p + X + i, load<i64>(u + i) - (load<i64>(beta4 + i) << 1));
  carry(p + X);
  sub(beta4, beta4, p + X);
  copy(v, gamma);
  times(v, 8);
  mulSub(p + Y, alpha, beta4, gamma, v);
  canonical(p + X);
}

function add(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 8) store<i64>(out + i, load<i64>(a + i) + load<i64>(b + i));
}

function times(a: usize, factor: i64): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 8) store<i64>(a + i, load<i64>(a + i) * factor);
  carry(a);
}
