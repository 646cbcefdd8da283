// Requests that no well-behaved client would send, byte by byte.

/** A length-delimited field (string, bytes or message). */
export function lengthDelimited(field: number, payload: Uint8Array): Buffer {
  return Buffer.concat([varint((BigInt(field) << 3n) | 2n), varint(BigInt(payload.length)), payload]);
}

export function varintField(field: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(field) << 3n), varint(value)]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** A message inside a message inside a message … all in field `field`. */
export function nested(field: number, depth: number): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) inner = lengthDelimited(field, inner);
  return inner;
}

const absurdSeconds = 253_402_300_800_000n;

/** Bad values that might stand in field `field`, whatever its type is. */
export function badValues(field: number): [name: string, bytes: Buffer][] {
  return [
    ['malformed UTF-8', lengthDelimited(field, Buffer.from([0x61, 0xff, 0xfe]))],
    ['NUL', lengthDelimited(field, Buffer.from('a\0b'))],
    ['a very long text', lengthDelimited(field, Buffer.alloc(70_000, 0x78))],
    ['a lone surrogate', lengthDelimited(field, Buffer.from([0xed, 0xa0, 0x80]))],
    ['control characters', lengthDelimited(field, Buffer.from('\u001b[31m\u0007'))],
    ['deep nesting', nested(field, 400)],
    ['an absurd time', lengthDelimited(field, varintField(1, absurdSeconds))],
    ['a time before all time', lengthDelimited(field, varintField(1, -absurdSeconds))],
    ['an unknown enum value', varintField(field, 4_242n)],
    ['the largest number', varintField(field, (1n << 64n) - 1n)],
    ['a truncated field', lengthDelimited(field, Buffer.alloc(9, 1)).subarray(0, 4)],
  ];
}
