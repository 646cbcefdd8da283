import { NoteError } from './errors.ts';
import { keyIdHex, type Signer, type Verifier } from './keys.ts';
import { formatNote, type NoteSignature, parseNote, requireNoteText } from './note.ts';

export type OpenedNote = {
  readonly text: string;
  /** At least one; one per key, in the order of the note. `type` is the key's (0x01 or 0x04). */
  readonly verified: readonly (NoteSignature & { readonly type: number })[];
  /** By keys that no verifier knows: carried, never relied on. */
  readonly unverified: readonly NoteSignature[];
};

/**
 * Parses a note and verifies it. Throws NoteError 'malformed' or 'too-large' for the form, 'bad-signature' when any
 * signature by a known key fails, 'untrusted' when no known key has signed.
 */
export function openNote(note: string | Uint8Array, verifiers: readonly Verifier[]): OpenedNote {
  const { text, signatures } = parseNote(note);
  const known = new Map(verifiers.map((verifier) => [keyOf(verifier), verifier]));
  const verified = new Map<string, NoteSignature & { type: number }>();
  const unverified: NoteSignature[] = [];
  const bytes = Buffer.from(text);
  for (const signature of signatures) {
    const verifier = known.get(keyOf(signature));
    if (!verifier) {
      unverified.push(signature);
      continue;
    }
    if (!verifier.verify(bytes, signature.signature)) {
      throw new NoteError('bad-signature', `signature of ${keyOf(signature)} does not verify`);
    }
    // A key that signed twice counts once, or a quorum could be made of repeats.
    if (!verified.has(keyOf(signature)))
      verified.set(keyOf(signature), { ...signature, type: verifier.type });
  }
  if (verified.size === 0) throw new NoteError('untrusted', 'no signature by a known key');
  return { text, verified: [...verified.values()], unverified };
}

/** Signs a text that ends in a newline; the signature lines stand in the order of the signers. */
export async function signNote(text: string, signers: readonly Signer[]): Promise<string> {
  requireNoteText(text);
  const bytes = Buffer.from(text);
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      name: signer.name,
      keyId: signer.keyId,
      signature: await signer.sign(bytes),
    })),
  );
  return formatNote({ text, signatures });
}

/** Name and key id together identify a key. */
function keyOf({ name, keyId }: { name: string; keyId: number }): string {
  return `${name}+${keyIdHex(keyId)}`;
}
