// Integers modulo the group order n and conversions: eight u32 limbs at an address, least significant first.

import { carry, ELEMENT_BYTES, mul } from './field';

export const SCALAR_BYTES: usize = 32;

/** Limb i of n, the order of the group. */
// @ts-ignore: decorator
@inline
function order(i: i32): u64 {
  switch (i) {
    case 0: return 0x39d54123;
    case 1: return 0x53bbf409;
    case 2: return 0x21c6052b;
    case 3: return 0x7203df6b;
    case 7: return 0xfffffffe;
    default: return 0xffffffff;
  }
}

/** 32 big-endian octets. */
export function readScalar(out: usize, octets: usize): void {
  for (let i: usize = 0; i < 8; i++) store<u32>(out + 4 * i, bswap<u32>(load<u32>(octets + 28 - 4 * i)));
}

export function isZeroScalar(a: usize): bool {
  let any: u32 = 0;
  for (let i: usize = 0; i < SCALAR_BYTES; i += 4) any |= load<u32>(a + i);
  return any == 0;
}

export function isBelowOrder(a: usize): bool {
  for (let i = 7; i >= 0; i--) {
    const limb = <u64>load<u32>(a + 4 * i);
    if (limb != order(i)) return limb < order(i);
  }
  return false;
}

/** Adds n (sign 1) or takes it away (sign -1); the carry out of 2^256 is returned. */
function addOrder(a: usize, sign: i64): i64 {
  let c: i64 = 0;
  for (let i = 0; i < 8; i++) {
    c += <i64>load<u32>(a + 4 * i) + sign * <i64>order(i);
    store<u32>(a + 4 * i, <u32>c);
    c >>= 32;
  }
  return c;
}

/** For a below 2^256, which is below 2 n. */
export function reduceByOrder(a: usize): void {
  if (!isBelowOrder(a)) addOrder(a, -1);
}

/** (a + b) mod n for a and b below n. */
export function addModOrder(out: usize, a: usize, b: usize): void {
  let c: u64 = 0;
  for (let i: usize = 0; i < SCALAR_BYTES; i += 4) {
    c += <u64>load<u32>(a + i) + <u64>load<u32>(b + i);
    store<u32>(out + i, <u32>c);
    c >>= 32;
  }
  if (c != 0 || !isBelowOrder(out)) addOrder(out, -1);
}

/** (a - b) mod n for a and b below n. */
export function subModOrder(out: usize, a: usize, b: usize): void {
  let c: i64 = 0;
  for (let i: usize = 0; i < SCALAR_BYTES; i += 4) {
    c += <i64>load<u32>(a + i) - <i64>load<u32>(b + i);
    store<u32>(out + i, <u32>c);
    c >>= 32;
  }
  if (c < 0) addOrder(out, 1);
}

/** a := a + n; false, when that is p or more, and no coordinate is meant. */
export function addOrderBelowField(a: usize): bool {
  if (addOrder(a, 1) != 0) return false;
  // p = fffffffe ffffffff ffffffff ffffffff ffffffff 00000000 ffffffff ffffffff. As a is n or more, its upper half is that of p.
  const high = load<u64>(a, 8);
  return high < 0xffffffff00000000 || (high == 0xffffffff00000000 && load<u64>(a) < 0xffffffffffffffff);
}

/** Bits `at` to `at + width - 1` (width up to 16); bits from 256 on are zero. */
// @ts-ignore: decorator
@inline
export function bitsAt(a: usize, at: i32, width: i32): i32 {
  if (at >= 256) return 0;
  const word: i32 = at >> 5;
  const low = <u64>load<u32>(a + 4 * word);
  const high: u64 = word < 7 ? <u64>load<u32>(a + 4 * word + 4) : 0;
  return <i32>(((low | (high << 32)) >> (at & 31)) & ((1 << width) - 1));
}

/** R^2 mod p, limb by limb, at an address of the caller's choice: multiplying with it brings an element into Montgomery form. */
export function storeRSquared(out: usize): void {
  store<i64>(out, 0xc00, 0);
  store<i64>(out, 0x4000, 8);
  store<i64>(out, 0x1fff0000, 16);
  store<i64>(out, 0x17ffff, 24);
  store<i64>(out, 0x400000, 32);
  store<i64>(out, 0x2000000, 40);
  store<i64>(out, 0, 48);
  store<i64>(out, 1, 56);
  store<i64>(out, 0x10, 64);
}

/** R mod p: one in Montgomery form. */
export function storeOne(out: usize): void {
  memory.fill(out, 0, ELEMENT_BYTES);
  store<i64>(out, 0x20, 0);
  store<i64>(out, 0x1ffff800, 16);
  store<i64>(out, 0x3fff, 24);
  store<i64>(out, 0x4000000, 56);
}

/** An integer of 256 bits as field element in Montgomery form. */
export function toField(out: usize, a: usize, rSquared: usize): void {
  for (let i = 0; i < 9; i++) store<i64>(out + 8 * i, <i64>bitsAt29(a, 29 * i));
  carry(out);
  mul(out, out, rSquared);
}

function bitsAt29(a: usize, at: i32): u64 {
  const word: i32 = at >> 5;
  const low = <u64>load<u32>(a + 4 * word);
  const high: u64 = word < 7 ? <u64>load<u32>(a + 4 * word + 4) : 0;
  return ((low | (high << 32)) >> (at & 31)) & 0x1fffffff;
}
