import { base64Strict } from './base64.ts';
import { cosignatureVerifierFromRaw } from './cosignature.ts';
import { NoteError } from './errors.ts';
import { KEY_TYPE_COSIGNATURE, KEY_TYPE_ED25519, keyIdHex, type Verifier, verifierFromRaw } from './keys.ts';

/** C2SP verifier key: `<name>+<key id, 8 hex digits>+<base64 of type and public key>`. */
export function formatVerifierKey(verifier: Pick<Verifier, 'name' | 'keyId' | 'type' | 'publicKey'>): string {
  const material = Buffer.concat([Buffer.of(verifier.type), verifier.publicKey]).toString('base64');
  return `${verifier.name}+${keyIdHex(verifier.keyId)}+${material}`;
}

/** A verifier of type 0x01 or 0x04. Throws NoteError 'malformed' for another type or a key id that does not match. */
export function parseVerifierKey(text: string): Verifier {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  const material = encoded === undefined ? undefined : base64Strict(encoded);
  if (name === undefined || !material)
    throw new NoteError('malformed', `no verifier key: ${JSON.stringify(text)}`);
  const verifier = verifierOfType(material[0], name, material.subarray(1));
  if (keyIdHex(verifier.keyId) !== id) {
    throw new NoteError('malformed', `key id ${id} does not belong to this key: ${keyIdHex(verifier.keyId)}`);
  }
  return verifier;
}

function verifierOfType(type: number | undefined, name: string, raw: Buffer): Verifier {
  if (type === KEY_TYPE_ED25519) return verifierFromRaw(name, raw);
  if (type === KEY_TYPE_COSIGNATURE) return cosignatureVerifierFromRaw(name, raw);
  throw new NoteError('malformed', `verifier key of unknown type: ${type}`);
}
