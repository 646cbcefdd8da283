import { createSign, type KeyObject, randomBytes, randomInt } from 'node:crypto';
import { integer, sequence } from '@lianzheng/der';
import { fromOctets, G, n, octetsOf, type Point, p } from '../src/curve.ts';
import { generateKeyPair, type PublicKey, publicKeyOf } from '../src/index.ts';
import { sm3 } from '../src/sm3.ts';
import { add, inverseModN, liftX, modN, multiply, negate } from './reference.ts';

/** A signature over e = SM3(message), which both sides can be asked about. */
export type MessageCase = {
  kind: string;
  publicKey: PublicKey;
  message: Uint8Array;
  signature: Uint8Array;
};

/** A signature over an e of our choice, about which OpenSSL cannot be asked through node. */
export type DigestCase = { kind: string; point: Point; r: bigint; s: bigint; e: bigint };

export type Signer = { key: KeyObject; publicKey: PublicKey };

export function newSigners(count: number): Signer[] {
  return Array.from({ length: count }, () => generateKeyPair());
}

const edges = [1n, 2n, 3n, 127n, 128n, 129n, 255n, 256n, 2n ** 32n, 2n ** 64n - 1n, 2n ** 128n, 2n ** 255n];
const edgeScalars = [...edges, ...edges.map((value) => n - value), (n - 1n) / 2n, (n + 1n) / 2n];

export function randomScalar(): bigint {
  return 1n + (modN(fromOctets(randomBytes(40))) % (n - 1n));
}

/** Small numbers, their negatives, powers of two, or any. */
function edgeScalar(): bigint {
  const at = randomInt(edgeScalars.length + 2);
  return edgeScalars[at] ?? (at % 2 ? 2n ** BigInt(randomInt(256)) : randomScalar());
}

/** Signatures by OpenSSL; of every four one has a bit changed somewhere and one is over another message. */
export function signedCase({ key, publicKey }: Signer): MessageCase {
  const message = randomBytes(randomInt(200));
  const signature = createSign('sm3').update(message).sign(key);
  const choice = randomInt(4);
  if (choice === 0) {
    signature[randomInt(signature.length)]! ^= 1 << randomInt(8);
    return { kind: 'bit changed', publicKey, message, signature };
  }
  if (choice === 1) return { kind: 'other message', publicKey, message: randomBytes(20), signature };
  return { kind: 'signed', publicKey, message, signature };
}

/** r and s at the edges of their range, inside and outside; r + s = 0, 1 and −1 modulo n among them. */
export function edgeCase({ publicKey }: Signer): MessageCase {
  const r = edgeScalar();
  const others = [n - r, n - r + 1n, n - r - 1n, 0n, n, n + 1n, p, 2n ** 256n - 1n, -1n];
  const s = others[randomInt(2 * others.length)] ?? edgeScalar();
  const [one, other] = randomInt(2) ? [r, s] : [s, r];
  return {
    kind: 'edge r and s',
    publicKey,
    message: randomBytes(8),
    signature: sequence(integer(one), integer(other)),
  };
}

/**
 * A valid signature with an s, a t = r + s or a sum R of our choice: r = e + x(R), then P = (R − sG) / t. With R = 2sG
 * both products are the same point, which addition formulas do not cover; an x(R) of n or more is not r − e.
 */
export function craftedCase(): MessageCase | undefined {
  const message = randomBytes(16);
  const e = fromOctets(sm3(message));
  const choice = randomInt(4);
  const s = choice === 3 ? undefined : edgeScalar();
  const sum = choice === 0 ? multiply(2n * s!, G) : choice === 1 ? beyondOrder() : multiply(edgeScalar(), G);
  const r = modN(e + sum!.x);
  const t = s === undefined ? edgeScalar() : modN(r + s);
  const point = multiply(inverseModN(t), add(sum, negate(multiply(t - r, G))));
  if (!point || modN(t - r) === 0n || r === 0n || t === 0n) return undefined;
  const signature = sequence(integer(r), integer(modN(t - r)));
  const kind = ['both products equal', 'x(R) >= n', 'edge s', 'edge t'][choice]!;
  return { kind, publicKey: publicKeyOf(octetsOf(point)), message, signature };
}

/** Keys and scalars that lead the sum through equal and opposite points; e so that it fits, or any. */
export function digestCase(): DigestCase {
  const d = [1n, n - 1n, 2n, n - 2n, 3n, 2n ** 8n, 2n ** 248n, n - 2n ** 8n, (n + 1n) / 2n, randomScalar()];
  const secret = d[randomInt(d.length)]!;
  const point = multiply(secret, G)!;
  const s = edgeScalar();
  const ratio = modN(s * inverseModN(secret));
  const ts = [ratio, n - ratio, modN(ratio + 2n ** 8n), modN(ratio - 2n ** 16n), edgeScalar(), edgeScalar()];
  const t = ts[randomInt(ts.length)]!;
  const r = modN(t - s);
  const sum = add(multiply(s, G), multiply(t, point));
  const fitting = modN(r - (sum?.x ?? 0n));
  const es = [fitting, fitting, 0n, n - 1n, n, 2n ** 256n - 1n, r];
  // An e of n or more is the same modulo n.
  const e = fitting + n < 2n ** 256n && randomInt(2) ? fitting + n : es[randomInt(es.length)]!;
  return { kind: sum ? 'chosen e' : 'R at infinity', point, r, s, e };
}

/** A point whose x is from n to p − 1. */
function beyondOrder(): Point {
  for (;;) {
    const point = liftX(n + (fromOctets(randomBytes(16)) % (p - n)));
    if (point) return point;
  }
}
