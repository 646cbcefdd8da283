import { sm3 } from './sm3.ts';

/** KDF of GB/T 32918.4 §5.4.3: SM3(z ‖ counter) for the counters 1, 2, … */
export function deriveKey(z: Uint8Array, length: number): Buffer {
  const blocks: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let block = 1; blocks.length * 32 < length; block += 1) {
    counter.writeUInt32BE(block);
    blocks.push(sm3(z, counter));
  }
  return Buffer.concat(blocks, length);
}
