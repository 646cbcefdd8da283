import { Sm2Error } from './errors.ts';
import { DEFAULT_ID, identityDigest } from './identity.ts';
import type { PublicKey } from './keys.ts';
import { verifiesWithOpenssl } from './sign.ts';
import { parseSignature, type RawSignature } from './signature.ts';
import { createSlots } from './slots.ts';
import { sm3 } from './sm3.ts';
import { createTables, type Tables } from './tables.ts';

export type VerifierOptions = {
  /** How many keys may have a table, 297 KiB each, beside 2.1 MiB for all; 0 leaves everything to OpenSSL. Default 64. */
  readonly tables?: number;
  /** Verifications of a key before it gets a table: building one costs as much as 16 by OpenSSL. Default 16. */
  readonly afterUses?: number;
};

export type Verifier = {
  /** The same answers as `verify`. */
  verify(publicKey: PublicKey, message: Uint8Array, signature: Uint8Array, id?: string): boolean;
  /** What the tables take, in bytes; 0 before the first. */
  readonly memoryBytes: number;
};

/** Verification with tables for keys that come again. For public data only: its time depends on what it verifies. */
export function createVerifier({ tables = 64, afterUses = 16 }: VerifierOptions = {}): Verifier {
  const slots = createSlots(tables, afterUses);
  // The base point's table is made with the first key's, not before.
  let made: Tables | undefined;
  const slotOf = (publicKey: PublicKey) => {
    const used = slots.use(publicKey.point.toString('latin1'));
    if (used?.isNew) {
      made ??= createTables();
      made.build(used.slot, publicKey.point);
    }
    return used?.slot;
  };
  return {
    verify(publicKey, message, signature, id = DEFAULT_ID) {
      const z = identityDigest(publicKey, id);
      const raw = parsed(signature);
      if (!raw) return false;
      const slot = slotOf(publicKey);
      const verdict = slot === undefined ? 'undecided' : made!.check(slot, raw.r, raw.s, sm3(z, message));
      return verdict === 'undecided'
        ? verifiesWithOpenssl(publicKey, z, message, signature)
        : verdict === 'valid';
    },
    get memoryBytes() {
      return made?.memoryBytes ?? 0;
    },
  };
}

function parsed(signature: Uint8Array): RawSignature | undefined {
  try {
    return parseSignature(signature);
  } catch (error) {
    if (error instanceof Sm2Error) return undefined;
    throw error;
  }
}
