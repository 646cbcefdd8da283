// The field of SM2, p = 2^256 - 2^224 - 2^96 + 2^64 - 1, in Montgomery form with R = 2^261.
//
// An element is nine i64 at an address, limb i weighing 2^(29 i). Limbs are signed: adding and subtracting is done limb by
// limb without carrying. Results of mul, sqr, mulSub and carry are "tight": limbs 0 to 7 in [0, 2^29), limb 8 small, value
// between -p and 2 p. The products of a column must stay below 2^63: operands may have limbs up to 2^29 in size on one side and
// 2^30 on the other (9 * 2^59 < 2^63), the two products of mulSub up to 2^29 (18 * 2^58 < 2^63).

export const ELEMENT_BYTES: usize = 72;
const MASK: i64 = 0x1fffffff;

/**
 * Montgomery reduction of a product in columns: p = -1 modulo 2^29, so the multiple of p that clears a column is the column
 * itself, and p has five terms: 2^64 = 2^(2*29+6), 2^96 = 2^(3*29+9), 2^224 = 2^(7*29+21), 2^256 = 2^(8*29+24).
 */
// @ts-ignore: decorator
@inline
function reduce(
  out: usize,
  t0: i64,
  t1: i64,
  t2: i64,
  t3: i64,
  t4: i64,
  t5: i64,
  t6: i64,
  t7: i64,
  t8: i64,
  t9: i64,
  t10: i64,
  t11: i64,
  t12: i64,
  t13: i64,
  t14: i64,
  t15: i64,
  t16: i64,
): void {
  let m: i64;
  let t17: i64 = 0;
  m = t0 & MASK;
  t1 += t0 >> 29;
  t2 += m << 6;
  t3 -= m << 9;
  t7 -= m << 21;
  t8 += m << 24;
  m = t1 & MASK;
  t2 += t1 >> 29;
  t3 += m << 6;
  t4 -= m << 9;
  t8 -= m << 21;
  t9 += m << 24;
  m = t2 & MASK;
  t3 += t2 >> 29;
  t4 += m << 6;
  t5 -= m << 9;
  t9 -= m << 21;
  t10 += m << 24;
  m = t3 & MASK;
  t4 += t3 >> 29;
  t5 += m << 6;
  t6 -= m << 9;
  t10 -= m << 21;
  t11 += m << 24;
  m = t4 & MASK;
  t5 += t4 >> 29;
  t6 += m << 6;
  t7 -= m << 9;
  t11 -= m << 21;
  t12 += m << 24;
  m = t5 & MASK;
  t6 += t5 >> 29;
  t7 += m << 6;
  t8 -= m << 9;
  t12 -= m << 21;
  t13 += m << 24;
  m = t6 & MASK;
  t7 += t6 >> 29;
  t8 += m << 6;
  t9 -= m << 9;
  t13 -= m << 21;
  t14 += m << 24;
  m = t7 & MASK;
  t8 += t7 >> 29;
  t9 += m << 6;
  t10 -= m << 9;
  t14 -= m << 21;
  t15 += m << 24;
  m = t8 & MASK;
  t9 += t8 >> 29;
  t10 += m << 6;
  t11 -= m << 9;
  t15 -= m << 21;
  t16 += m << 24;
  store<i64>(out, t9 & MASK, 0);
  t10 += t9 >> 29;
  store<i64>(out, t10 & MASK, 8);
  t11 += t10 >> 29;
  store<i64>(out, t11 & MASK, 16);
  t12 += t11 >> 29;
  store<i64>(out, t12 & MASK, 24);
  t13 += t12 >> 29;
  store<i64>(out, t13 & MASK, 32);
  t14 += t13 >> 29;
  store<i64>(out, t14 & MASK, 40);
  t15 += t14 >> 29;
  store<i64>(out, t15 & MASK, 48);
  t16 += t15 >> 29;
  store<i64>(out, t16 & MASK, 56);
  t17 += t16 >> 29;
  store<i64>(out, t17, 64);
}

export function mul(out: usize, a: usize, b: usize): void {
  const a0 = load<i64>(a, 0);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const b0 = load<i64>(b, 0);
  const b1 = load<i64>(b, 8);
  const b2 = load<i64>(b, 16);
  const b3 = load<i64>(b, 24);
  const b4 = load<i64>(b, 32);
  const b5 = load<i64>(b, 40);
  const b6 = load<i64>(b, 48);
  const b7 = load<i64>(b, 56);
  const b8 = load<i64>(b, 64);
  reduce(
    out,
    a0 * b0,
    a0 * b1 + a1 * b0,
    a0 * b2 + a1 * b1 + a2 * b0,
    a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0,
    a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0,
    a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0,
    a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0,
    a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0,
    a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0,
    a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1,
    a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2,
    a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3,
    a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4,
    a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5,
    a6 * b8 + a7 * b7 + a8 * b6,
    a7 * b8 + a8 * b7,
    a8 * b8,
  );
}

export function sqr(out: usize, a: usize): void {
  const a0 = load<i64>(a, 0);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const d0 = a0 << 1;
  const d1 = a1 << 1;
  const d2 = a2 << 1;
  const d3 = a3 << 1;
  const d4 = a4 << 1;
  const d5 = a5 << 1;
  const d6 = a6 << 1;
  const d7 = a7 << 1;
  reduce(
    out,
    a0 * a0,
    d0 * a1,
    d0 * a2 + a1 * a1,
    d0 * a3 + d1 * a2,
    d0 * a4 + d1 * a3 + a2 * a2,
    d0 * a5 + d1 * a4 + d2 * a3,
    d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3,
    d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4,
    d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4,
    d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5,
    d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5,
    d3 * a8 + d4 * a7 + d5 * a6,
    d4 * a8 + d5 * a7 + a6 * a6,
    d5 * a8 + d6 * a7,
    d6 * a8 + a7 * a7,
    d7 * a8,
    a8 * a8,
  );
}

/** a b - c d with one reduction. */
export function mulSub(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  const a0 = load<i64>(a, 0);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const b0 = load<i64>(b, 0);
  const b1 = load<i64>(b, 8);
  const b2 = load<i64>(b, 16);
  const b3 = load<i64>(b, 24);
  const b4 = load<i64>(b, 32);
  const b5 = load<i64>(b, 40);
  const b6 = load<i64>(b, 48);
  const b7 = load<i64>(b, 56);
  const b8 = load<i64>(b, 64);
  const c0 = load<i64>(c, 0);
  const c1 = load<i64>(c, 8);
  const c2 = load<i64>(c, 16);
  const c3 = load<i64>(c, 24);
  const c4 = load<i64>(c, 32);
  const c5 = load<i64>(c, 40);
  const c6 = load<i64>(c, 48);
  const c7 = load<i64>(c, 56);
  const c8 = load<i64>(c, 64);
  const d0 = load<i64>(d, 0);
  const d1 = load<i64>(d, 8);
  const d2 = load<i64>(d, 16);
  const d3 = load<i64>(d, 24);
  const d4 = load<i64>(d, 32);
  const d5 = load<i64>(d, 40);
  const d6 = load<i64>(d, 48);
  const d7 = load<i64>(d, 56);
  const d8 = load<i64>(d, 64);
  reduce(
    out,
    a0 * b0 - c0 * d0,
    a0 * b1 + a1 * b0 - c0 * d1 - c1 * d0,
    a0 * b2 + a1 * b1 + a2 * b0 - c0 * d2 - c1 * d1 - c2 * d0,
    a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 - c0 * d3 - c1 * d2 - c2 * d1 - c3 * d0,
    a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 - c0 * d4 - c1 * d3 - c2 * d2 - c3 * d1 - c4 * d0,
    a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 - c0 * d5 - c1 * d4 - c2 * d3 - c3 * d2 - c4 * d1 - c5 * d0,
    a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 - c0 * d6 - c1 * d5 - c2 * d4 - c3 * d3 - c4 * d2 - c5 * d1 - c6 * d0,
    a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 - c0 * d7 - c1 * d6 - c2 * d5 - c3 * d4 - c4 * d3 - c5 * d2 - c6 * d1 - c7 * d0,
    a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0 - c0 * d8 - c1 * d7 - c2 * d6 - c3 * d5 - c4 * d4 - c5 * d3 - c6 * d2 - c7 * d1 - c8 * d0,
    a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 - c1 * d8 - c2 * d7 - c3 * d6 - c4 * d5 - c5 * d4 - c6 * d3 - c7 * d2 - c8 * d1,
    a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 - c2 * d8 - c3 * d7 - c4 * d6 - c5 * d5 - c6 * d4 - c7 * d3 - c8 * d2,
    a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 - c3 * d8 - c4 * d7 - c5 * d6 - c6 * d5 - c7 * d4 - c8 * d3,
    a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 - c4 * d8 - c5 * d7 - c6 * d6 - c7 * d5 - c8 * d4,
    a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 - c5 * d8 - c6 * d7 - c7 * d6 - c8 * d5,
    a6 * b8 + a7 * b7 + a8 * b6 - c6 * d8 - c7 * d7 - c8 * d6,
    a7 * b8 + a8 * b7 - c7 * d8 - c8 * d7,
    a8 * b8 - c8 * d8,
  );
}

export function sub(out: usize, a: usize, b: usize): void {
  store<i64>(out, load<i64>(a, 0) - load<i64>(b, 0), 0);
  store<i64>(out, load<i64>(a, 8) - load<i64>(b, 8), 8);
  store<i64>(out, load<i64>(a, 16) - load<i64>(b, 16), 16);
  store<i64>(out, load<i64>(a, 24) - load<i64>(b, 24), 24);
  store<i64>(out, load<i64>(a, 32) - load<i64>(b, 32), 32);
  store<i64>(out, load<i64>(a, 40) - load<i64>(b, 40), 40);
  store<i64>(out, load<i64>(a, 48) - load<i64>(b, 48), 48);
  store<i64>(out, load<i64>(a, 56) - load<i64>(b, 56), 56);
  store<i64>(out, load<i64>(a, 64) - load<i64>(b, 64), 64);
}

/** Makes limbs tight again; the value stays. */
export function carry(a: usize): void {
  let c: i64 = 0;
  for (let i: usize = 0; i < 64; i += 8) {
    const v = load<i64>(a + i) + c;
    store<i64>(a + i, v & MASK);
    c = v >> 29;
  }
  store<i64>(a + 64, load<i64>(a + 64) + c);
}

export function copy(out: usize, a: usize): void {
  memory.copy(out, a, ELEMENT_BYTES);
}

/** The limbs of p: 29 bits each. */
const p0: i64 = 0x1fffffff;
const p1: i64 = 0x1fffffff;
const p2: i64 = 0x0000003f;
const p3: i64 = 0x1ffffe00;
const p4: i64 = 0x1fffffff;
const p5: i64 = 0x1fffffff;
const p6: i64 = 0x1fffffff;
const p7: i64 = 0x1fdfffff;
const p8: i64 = 0x00ffffff;

// @ts-ignore: decorator
@inline
function addP(a: usize, times: i64): void {
  store<i64>(a, load<i64>(a, 0) + times * p0, 0);
  store<i64>(a, load<i64>(a, 8) + times * p1, 8);
  store<i64>(a, load<i64>(a, 16) + times * p2, 16);
  store<i64>(a, load<i64>(a, 24) + times * p3, 24);
  store<i64>(a, load<i64>(a, 32) + times * p4, 32);
  store<i64>(a, load<i64>(a, 40) + times * p5, 40);
  store<i64>(a, load<i64>(a, 48) + times * p6, 48);
  store<i64>(a, load<i64>(a, 56) + times * p7, 56);
  store<i64>(a, load<i64>(a, 64) + times * p8, 64);
  carry(a);
}

/** The one representative in [0, p), for any value between -16 p and 16 p. */
export function canonical(a: usize): void {
  carry(a);
  addP(a, 16);
  // A value below zero shows in the sign of the top limb.
  for (let i = 0; i < 33; i++) {
    addP(a, -1);
    if (load<i64>(a, 64) < 0) {
      addP(a, 1);
      return;
    }
  }
}

/** Changes a to its canonical form. */
export function isZero(a: usize): bool {
  canonical(a);
  let any: i64 = 0;
  for (let i: usize = 0; i < ELEMENT_BYTES; i += 8) any |= load<i64>(a + i);
  return any == 0;
}

/** out = a^(2^times) */
function sqrTimes(out: usize, a: usize, times: i32): void {
  sqr(out, a);
  for (let i = 1; i < times; i++) sqr(out, out);
}

/** a^(p-2), p - 2 = fffffffe ffffffff ffffffff ffffffff ffffffff 00000000 ffffffff fffffffd. Zero stays zero. Uses eight elements at `scratch`. */
export function invert(out: usize, a: usize, scratch: usize): void {
  // xN = a^(2^N - 1)
  const x1 = scratch;
  const x2 = x1 + ELEMENT_BYTES;
  const x4 = x2 + ELEMENT_BYTES;
  const x8 = x4 + ELEMENT_BYTES;
  const x16 = x8 + ELEMENT_BYTES;
  const x30 = x16 + ELEMENT_BYTES;
  const x32 = x30 + ELEMENT_BYTES;
  const acc = x32 + ELEMENT_BYTES;
  copy(x1, a);
  sqr(acc, x1);
  mul(x2, acc, x1);
  sqrTimes(acc, x2, 2);
  mul(x4, acc, x2);
  sqrTimes(acc, x4, 4);
  mul(x8, acc, x4);
  sqrTimes(acc, x8, 8);
  mul(x16, acc, x8);
  sqrTimes(acc, x16, 8);
  mul(acc, acc, x8);
  sqrTimes(acc, acc, 4);
  mul(acc, acc, x4);
  sqrTimes(acc, acc, 2);
  mul(x30, acc, x2);
  sqrTimes(acc, x16, 16);
  mul(x32, acc, x16);

  sqr(acc, x30);
  mul(acc, acc, x1);
  sqr(acc, acc);
  for (let i = 0; i < 4; i++) {
    sqrTimes(acc, acc, 32);
    mul(acc, acc, x32);
  }
  sqrTimes(acc, acc, 64);
  mul(acc, acc, x32);
  sqrTimes(acc, acc, 30);
  mul(acc, acc, x30);
  sqrTimes(acc, acc, 2);
  mul(out, acc, x1);
}
