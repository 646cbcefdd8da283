/** Content octets of an OBJECT IDENTIFIER (X.690 §8.19). Throws RangeError for text that names none. */
export function encodeOid(text: string): Buffer {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(text)) throw new RangeError(`no object identifier: ${text}`);
  const [first, second, ...rest] = text.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  if (first < 2n && second > 39n) throw new RangeError(`no object identifier: ${text}`);
  return Buffer.from([first * 40n + second, ...rest].flatMap(base128));
}

/** Undefined for octets that are no minimal encoding. Arcs of any size. */
export function decodeOid(content: Uint8Array): string | undefined {
  const arcs: bigint[] = [];
  let arc = 0n;
  let started = false;
  for (const octet of content) {
    if (!started && octet === 0x80) return undefined;
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    started = (octet & 0x80) !== 0;
    if (started) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [head, ...rest] = arcs;
  if (head === undefined || started) return undefined;
  const first = head < 80n ? head / 40n : 2n;
  return [first, head - first * 40n, ...rest].join('.');
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}
