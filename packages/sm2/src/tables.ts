import { readFileSync } from 'node:fs';
import { COORDINATE_BYTES, G, octetsOf } from './curve.ts';

/** What assembly/verify.ts exports. */
type Exports = {
  inputStart(): number;
  heapStart(): number;
  tableBytes(w: number): number;
  buildBytes(w: number): number;
  buildTable(table: number, w: number, scratch: number): void;
  verify(tableG: number, wG: number, tableP: number, wP: number): number;
};

/** 'undecided': the addition formulas met equal or opposite points; OpenSSL has to say. */
export type Verdict = 'valid' | 'invalid' | 'undecided';

/** Tables of the base point and of `slots` public keys in the memory of one WebAssembly module. */
export type Tables = {
  /** What the module's memory takes now; it grows with the slots used and never shrinks. */
  readonly memoryBytes: number;
  /** Fills a slot with the table of 04 ‖ x ‖ y, a point known to be on the curve; 4 to 5 ms. */
  build(slot: number, point: Uint8Array): void;
  /** r, s and e as 32 octets each, any values. */
  check(slot: number, r: Uint8Array, s: Uint8Array, e: Uint8Array): Verdict;
};

/**
 * Bits of a window, by measurement. The base point's table (1.7 MiB) is shared and built once, in about 25 ms; a key's takes
 * 297 KiB and 4.5 ms. One bit more for keys doubles both and saves 5 % of a verification.
 */
const BASE_WIDTH = 11;
const KEY_WIDTH = 8;
const PAGE_BYTES = 65_536;

export function createTables(): Tables {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const wasm = load(memory);
  const input = wasm.inputStart();
  const baseTable = wasm.heapStart();
  const scratch = baseTable + wasm.tableBytes(BASE_WIDTH);
  const firstSlot = scratch + Math.max(wasm.buildBytes(BASE_WIDTH), wasm.buildBytes(KEY_WIDTH));
  const slotBytes = wasm.tableBytes(KEY_WIDTH);
  let octets = grow(memory, firstSlot);
  const build = (point: Uint8Array, table: number, width: number) => {
    octets.set(point.subarray(1), input);
    wasm.buildTable(table, width, scratch);
  };
  build(octetsOf(G), baseTable, BASE_WIDTH);
  return {
    get memoryBytes() {
      return octets.length;
    },
    build(slot, point) {
      const table = firstSlot + slot * slotBytes;
      octets = grow(memory, table + slotBytes);
      build(point, table, KEY_WIDTH);
    },
    check(slot, r, s, e) {
      octets.set(r, input);
      octets.set(s, input + COORDINATE_BYTES);
      octets.set(e, input + 2 * COORDINATE_BYTES);
      const said = wasm.verify(baseTable, BASE_WIDTH, firstSlot + slot * slotBytes, KEY_WIDTH);
      return said === 1 ? 'valid' : said === 0 ? 'invalid' : 'undecided';
    },
  };
}

function load(memory: WebAssembly.Memory): Exports {
  const module = new WebAssembly.Module(readFileSync(new URL('../wasm/verify.wasm', import.meta.url)));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
}

/** At least `bytes`; views of the memory before are void afterwards. */
function grow(memory: WebAssembly.Memory, bytes: number): Uint8Array {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  return new Uint8Array(memory.buffer);
}
