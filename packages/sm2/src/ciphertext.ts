import {
  DerError,
  enter,
  finish,
  next,
  octetString,
  octetStringOf,
  parseDer,
  sequence,
  unsignedInteger,
  unsignedIntegerOf,
} from '@lianzheng/der';
import { COORDINATE_BYTES, POINT_BYTES } from './curve.ts';
import { Sm2Error } from './errors.ts';
import { SM3_BYTES } from './sm3.ts';

/** C1, C3 and C2 of GB/T 32918.4. */
export type Ciphertext = {
  /** The ephemeral public key, 04 ‖ x ‖ y. */
  readonly point: Uint8Array;
  readonly hash: Uint8Array;
  readonly masked: Uint8Array;
};

/** SEQUENCE {XCoordinate, YCoordinate, HASH, CipherText} (GB/T 35276 §7.4). */
export function encodeCiphertext({ point, hash, masked }: Ciphertext): Buffer {
  return sequence(
    unsignedInteger(point.subarray(1, 1 + COORDINATE_BYTES)),
    unsignedInteger(point.subarray(1 + COORDINATE_BYTES, POINT_BYTES)),
    octetString(hash),
    octetString(masked),
  );
}

/** Throws Sm2Error 'cipher'; whether the point is on the curve shows when it is used. */
export function decodeCiphertext(der: Uint8Array): Ciphertext {
  try {
    const cursor = enter(parseDer(der, 'SM2Cipher'));
    const x = unsignedIntegerOf(next(cursor, 'x'), COORDINATE_BYTES);
    const y = unsignedIntegerOf(next(cursor, 'y'), COORDINATE_BYTES);
    const hash = octetStringOf(next(cursor, 'hash'));
    const masked = octetStringOf(next(cursor, 'cipherText'));
    finish(cursor);
    if (hash.length !== SM3_BYTES || masked.length === 0)
      throw new Sm2Error('cipher', 'hash or text of a wrong length');
    return { point: Buffer.concat([Buffer.of(4), x, y]), hash, masked };
  } catch (cause) {
    if (cause instanceof DerError) throw new Sm2Error('cipher', 'no SM2 ciphertext in DER', cause);
    throw cause;
  }
}
