import { base64Strict } from './base64.ts';
import { NoteError } from './errors.ts';

/** C2SP signed-note asks verifiers to accept at least 16 signatures. */
export const MAX_SIGNATURES = 16;
export const MAX_NOTE_BYTES = 64 * 1024;

export type NoteSignature = {
  readonly name: string;
  /** uint32 */
  readonly keyId: number;
  /** What follows the key id; of an Ed25519 key 64 bytes, of a cosigner 8 bytes of time and 64. */
  readonly signature: Buffer;
};

/** `text` ends in a newline and is what was signed. Nothing of a parsed note is verified yet: see openNote. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

const LINE_START = '— ';
const FORBIDDEN_IN_NOTE = /[\u0000-\u0009\u000b-\u001f]/;
const FORBIDDEN_IN_NAME = /[\p{White_Space}+]/u;

/** Parses C2SP signed-note, strictly. Throws NoteError 'malformed' or 'too-large'. */
export function parseNote(note: string | Uint8Array): Note {
  const whole = decodeText(note);
  const blank = whole.lastIndexOf('\n\n');
  if (blank < 0) throw new NoteError('malformed', 'note has no blank line before its signatures');
  const text = whole.slice(0, blank + 1);
  const lines = whole.slice(blank + 2);
  if (!lines.endsWith('\n')) throw new NoteError('malformed', 'note does not end with a signature line');
  const signatures = lines.slice(0, -1).split('\n').map(parseSignatureLine);
  requireFewSignatures(signatures);
  return { text, signatures };
}

/** The inverse of parseNote; throws NoteError for what parseNote would refuse. */
export function formatNote({ text, signatures }: Note): string {
  requireNoteText(text);
  if (signatures.length === 0) throw new NoteError('malformed', 'note without signatures');
  requireFewSignatures(signatures);
  return decodeText(`${text}\n${signatures.map(formatSignatureLine).join('')}`);
}

/** Throws NoteError unless the text can be signed: valid, without control characters, ending in a newline. */
export function requireNoteText(text: string): void {
  decodeText(text);
  if (!text.endsWith('\n')) throw new NoteError('malformed', 'note text does not end in a newline');
}

/** Throws NoteError for a key name that is empty or has spaces, '+' or control characters. */
export function requireKeyName(name: string): void {
  if (name === '' || !name.isWellFormed() || FORBIDDEN_IN_NAME.test(name) || FORBIDDEN_IN_NOTE.test(name)) {
    throw new NoteError('malformed', `no key name: ${JSON.stringify(name)}`);
  }
}

function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  requireKeyName(name);
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId);
  return `${LINE_START}${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [name, encoded, ...more] = line.slice(LINE_START.length).split(' ');
  if (!line.startsWith(LINE_START) || name === undefined || encoded === undefined || more.length > 0) {
    throw new NoteError('malformed', `no signature line: ${JSON.stringify(line)}`);
  }
  requireKeyName(name);
  const bytes = base64Strict(encoded);
  if (!bytes || bytes.length < 5)
    throw new NoteError('malformed', `no signature: ${JSON.stringify(encoded)}`);
  return { name, keyId: bytes.readUInt32BE(), signature: bytes.subarray(4) };
}

function requireFewSignatures(signatures: readonly NoteSignature[]): void {
  if (signatures.length > MAX_SIGNATURES) throw new NoteError('too-large', `${signatures.length} signatures`);
}

/** Valid UTF-8 (a byte-order mark counts as text), within the limit, newline as its only control character. */
function decodeText(note: string | Uint8Array): string {
  const bytes = typeof note === 'string' ? Buffer.byteLength(note) : note.length;
  if (bytes > MAX_NOTE_BYTES) throw new NoteError('too-large', `note of ${bytes} bytes`);
  const text = typeof note === 'string' ? note : decodeUtf8(note);
  if (!text.isWellFormed()) throw new NoteError('malformed', 'note has a lone surrogate');
  if (FORBIDDEN_IN_NOTE.test(text)) throw new NoteError('malformed', 'note has a control character');
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NoteError('malformed', 'note is not valid UTF-8');
  }
}
