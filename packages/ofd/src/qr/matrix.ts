import { encode } from './codewords.ts';
import { alignmentsOf } from './tables.ts';

export interface Matrix {
  /** Modules along a side. */
  readonly size: number;
  /** Row by row, 1 = dark. */
  readonly dark: Uint8Array;
}

/** Level M in the format information. */
const LEVEL = 0b00;

/**
 * A QR code of level M (ISO/IEC 18004). The mask is the caller's: readers take it from the symbol, and the choice by
 * penalties, which costs more than all the rest, only evens the look.
 */
export function qrMatrix(text: string, mask = 2): Matrix {
  const { version, codewords } = encode(text);
  const size = version * 4 + 17;
  const dark = new Uint8Array(size * size);
  const taken = new Uint8Array(size * size);
  const set = (row: number, column: number, value: boolean | number) => {
    dark[row * size + column] = Number(value);
    taken[row * size + column] = 1;
  };
  drawPatterns(size, version, set);
  drawFormat(size, mask, set);
  drawVersion(size, version, set);
  drawCodewords({ size, dark }, taken, codewords, mask);
  return { size, dark };
}

type SetModule = (row: number, column: number, value: boolean | number) => void;

function drawPatterns(size: number, version: number, set: SetModule): void {
  for (let at = 0; at < size; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    drawFinder(size, row, column, set);
  const centres = alignmentsOf(version);
  const last = centres.length - 1;
  for (const [i, row] of centres.entries())
    for (const [j, column] of centres.entries())
      if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)))
        for (let r = -2; r <= 2; r++)
          for (let c = -2; c <= 2; c++) set(row + r, column + c, Math.max(Math.abs(r), Math.abs(c)) !== 1);
}

/** With the light ring about it, as far as that lies within. */
function drawFinder(size: number, row: number, column: number, set: SetModule): void {
  for (let r = -4; r <= 4; r++)
    for (let c = -4; c <= 4; c++) {
      const distance = Math.max(Math.abs(r), Math.abs(c));
      const [y, x] = [row + r, column + c];
      if (y >= 0 && y < size && x >= 0 && x < size) set(y, x, distance !== 2 && distance !== 4);
    }
}

function drawFormat(size: number, mask: number, set: SetModule): void {
  const data = (LEVEL << 3) | mask;
  let rest = data;
  for (let index = 0; index < 10; index++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const bit = (at: number) => (bits >>> at) & 1;
  for (let at = 0; at <= 5; at++) set(at, 8, bit(at));
  set(7, 8, bit(6));
  set(8, 8, bit(7));
  set(8, 7, bit(8));
  for (let at = 9; at < 15; at++) set(8, 14 - at, bit(at));
  for (let at = 0; at < 8; at++) set(8, size - 1 - at, bit(at));
  for (let at = 8; at < 15; at++) set(size - 15 + at, 8, bit(at));
  set(size - 8, 8, 1);
}

function drawVersion(size: number, version: number, set: SetModule): void {
  if (version < 7) return;
  let rest = version;
  for (let index = 0; index < 12; index++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at++) {
    const [far, near] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(near, far, (bits >>> at) & 1);
    set(far, near, (bits >>> at) & 1);
  }
}

/** Upwards and downwards in columns of two from the right, past the upright timing pattern (§7.7.3). */
function drawCodewords({ size, dark }: Matrix, taken: Uint8Array, codewords: Uint8Array, mask: number): void {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        const place = row * size + column;
        if (taken[place]) continue;
        const bit = at < codewords.length * 8 ? (codewords[at >> 3]! >>> (7 - (at & 7))) & 1 : 0;
        dark[place] = bit ^ Number(masked(mask, row, column));
        at++;
      }
    }
  }
}

function masked(mask: number, row: number, column: number): boolean {
  switch (mask) {
    case 0:
      return (row + column) % 2 === 0;
    case 1:
      return row % 2 === 0;
    case 2:
      return column % 3 === 0;
    case 3:
      return (row + column) % 3 === 0;
    case 4:
      return (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0;
    case 5:
      return ((row * column) % 2) + ((row * column) % 3) === 0;
    case 6:
      return (((row * column) % 2) + ((row * column) % 3)) % 2 === 0;
    default:
      return (((row + column) % 2) + ((row * column) % 3)) % 2 === 0;
  }
}
