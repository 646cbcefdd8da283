import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  cosignatureVerifierFromRaw,
  formatNote,
  formatVerifierKey,
  KEY_TYPE_COSIGNATURE,
  keyIdHex,
  MAX_NOTE_BYTES,
  NoteError,
  type NoteErrorCode,
  openNote,
  parseNote,
  parseVerifierKey,
  rawPublicKey,
  type Signer,
  signerFromKey,
  signNote,
  type Verifier,
  verifierFromRaw,
} from './index.ts';

/** A key that is the same in every run: RFC 8410 form of 32 bytes of `seed`. */
function keyOf(seed: number) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

const key = keyOf(1);
const signer = signerFromKey('lianzheng/440300/status/1', key);
const verifier = verifierFromRaw(signer.name, rawPublicKey(key));
const other = signerFromKey('lianzheng/440100/status/1', keyOf(2));
const otherVerifier = verifierFromRaw(other.name, rawPublicKey(keyOf(2)));

const refuses = (code: NoteErrorCode) => (error: unknown) =>
  error instanceof NoteError && error.code === code;

describe('the example of golang.org/x/mod/sumdb/note', () => {
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const text =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n";
  const line =
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

  it('verifies', () => {
    const opened = openNote(`${text}\n${line}`, [parseVerifierKey(vkey)]);
    assert.equal(opened.text, text);
    assert.deepEqual(
      opened.verified.map(({ name, keyId }) => `${name} ${keyIdHex(keyId)}`),
      ['PeterNeumann c74f20a3'],
    );
  });

  it('is refused with another text', () => {
    const changed = text.replace('answer', 'Answer');
    assert.throws(() => openNote(`${changed}\n${line}`, [parseVerifierKey(vkey)]), refuses('bad-signature'));
  });
});

describe('signNote and openNote', () => {
  it('give back what was signed, in the order of the signers', async () => {
    const text = 'first\n\n— not a signature\n\n身份\n';
    const note = await signNote(text, [other, signer]);
    const opened = openNote(Buffer.from(note), [verifier, otherVerifier]);
    assert.equal(opened.text, text);
    assert.deepEqual(
      opened.verified.map((signature) => signature.name),
      [other.name, signer.name],
    );
    assert.equal(formatNote(parseNote(note)), note);
  });

  it('carry any text that ends in a newline', async () => {
    const line = fc
      .string({ unit: 'binary' })
      .filter((text) => text.isWellFormed() && !/[\u0000-\u001f]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        const text = `${lines.join('\n')}\n`;
        const note = await signNote(text, [signer]);
        assert.equal(openNote(Buffer.from(note), [verifier]).text, text);
      }),
    );
  });

  it('take a signer whose key is held elsewhere', async () => {
    class RemoteSigner implements Signer {
      readonly name = signer.name;
      readonly keyId = signer.keyId;
      readonly type = signer.type;
      readonly #far = signer;
      async sign(text: Buffer) {
        return this.#far.sign(text);
      }
    }
    const note = await signNote('text\n', [new RemoteSigner()]);
    assert.equal(openNote(note, [verifier]).verified.length, 1);
  });

  it('carry signatures of unknown keys along, also of the same name', async () => {
    const sameName = signerFromKey(signer.name, keyOf(3));
    const note = await signNote('text\n', [sameName, other, signer]);
    const opened = openNote(note, [verifier]);
    assert.deepEqual(
      opened.verified.map(({ keyId }) => keyId),
      [signer.keyId],
    );
    assert.deepEqual(
      opened.unverified.map(({ keyId }) => keyId),
      [sameName.keyId, other.keyId],
    );
  });

  it('refuse a note that no known key has signed', async () => {
    const note = await signNote('text\n', [signer]);
    assert.throws(() => openNote(note, [otherVerifier]), refuses('untrusted'));
    assert.throws(() => openNote(note, []), refuses('untrusted'));
  });

  it('refuse a false signature of a known key beside a true one', async () => {
    const { text, signatures } = parseNote(await signNote('text\n', [signer, other]));
    const forged = { ...signatures[1]!, signature: signatures[0]!.signature };
    const note = formatNote({ text, signatures: [signatures[0]!, forged] });
    assert.throws(() => openNote(note, [verifier, otherVerifier]), refuses('bad-signature'));
    assert.equal(openNote(note, [verifier]).verified.length, 1);
  });

  it('count a key that signed twice once', async () => {
    const note = await signNote('text\n', [signer, signer]);
    assert.equal(openNote(note, [verifier]).verified.length, 1);
  });

  it('refuse a note after any change of one byte', async () => {
    const note = Buffer.from(await signNote('size 4\nroot of 身份\n', [signer]));
    const change = fc.tuple(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, mask]) => {
        const changed = Buffer.from(note);
        changed[at]! ^= mask;
        assert.throws(() => openNote(changed, [verifier]), NoteError);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parseNote refuses', () => {
  const good = 'AAAAAQI=';
  const malformed: [what: string, note: string | Buffer][] = [
    ['nothing', ''],
    ['a text without signatures', 'text\n'],
    ['a blank line without signatures', 'text\n\n'],
    ['signatures without a text', `— a ${good}\n`],
    ['no blank line', `text\n— a ${good}\n`],
    ['a last line without its newline', `text\n\n— a ${good}`],
    ['a blank line after the signatures', `text\n\n— a ${good}\n\n`],
    ['a hyphen for the dash', `text\n\n- a ${good}\n`],
    ['an en dash', `text\n\n– a ${good}\n`],
    ['no space after the dash', `text\n\n—a ${good}\n`],
    ['no name', `text\n\n—  ${good}\n`],
    ['a name only', 'text\n\n— a\n'],
    ['two spaces', `text\n\n— a  ${good}\n`],
    ['a space at the end', `text\n\n— a ${good} \n`],
    ['a third field', `text\n\n— a ${good} ${good}\n`],
    ['a plus in the name', `text\n\n— a+b ${good}\n`],
    ['a no-break space in the name', `text\n\n— a\u00a0b ${good}\n`],
    ['an ideographic space in the name', `text\n\n— a\u3000b ${good}\n`],
    ['a line separator in the name', `text\n\n— a\u2028b ${good}\n`],
    ['no signature', 'text\n\n— a \n'],
    ['a key id without a signature', 'text\n\n— a AAAAAQ==\n'],
    ['base64 without padding', 'text\n\n— a AAAAAQI\n'],
    ['base64 with stray bits', 'text\n\n— a AAAAAQJ=\n'],
    ['base64url', 'text\n\n— a AAAAAQL_\n'],
    ['another line among the signatures', `text\n\n— a ${good}\nmore\n— a ${good}\n`],
    ['NUL', `te\0xt\n\n— a ${good}\n`],
    ['a carriage return', `text\r\n\n— a ${good}\n`],
    ['a tab', `te\txt\n\n— a ${good}\n`],
    [
      'bytes that are not UTF-8',
      Buffer.from(`74ff0a0ae28094206120${Buffer.from(`${good}\n`).toString('hex')}`, 'hex'),
    ],
    ['an overlong encoding', Buffer.concat([Buffer.of(0xc0, 0x8a), Buffer.from(`\n\n— a ${good}\n`)])],
    ['a surrogate alone', `te\ud800xt\n\n— a ${good}\n`],
  ];
  for (const [what, note] of malformed) {
    it(what, () => {
      assert.throws(() => parseNote(note), refuses('malformed'));
    });
  }

  it('more than 16 signatures, and takes 16', () => {
    const noteOf = (count: number) => `text\n\n${`— a ${good}\n`.repeat(count)}`;
    assert.equal(parseNote(noteOf(16)).signatures.length, 16);
    assert.throws(() => parseNote(noteOf(17)), refuses('too-large'));
  });

  it('more than 64 KiB, counted in bytes, and takes 64 KiB', () => {
    const rest = `\n\n— a ${good}\n`;
    const room = MAX_NOTE_BYTES - Buffer.byteLength(rest);
    assert.equal(parseNote('x'.repeat(room) + rest).text.length, room + 1);
    assert.throws(() => parseNote(`${'x'.repeat(room + 1)}${rest}`), refuses('too-large'));
    assert.throws(() => parseNote(Buffer.from(`${'证'.repeat(room / 2)}${rest}`)), refuses('too-large'));
  });

  it('nothing that is in form', () => {
    const note = parseNote(`\ufefftext\n\n— a ${good}\n— 证/b ${good}\n`);
    assert.equal(note.text, '\ufefftext\n');
    assert.deepEqual(note.signatures[1], { name: '证/b', keyId: 1, signature: Buffer.of(2) });
    assert.equal(parseNote(Buffer.from(`\ufefftext\n\n— a ${good}\n`)).text, '\ufefftext\n');
  });
});

describe('signNote refuses', () => {
  for (const text of ['', 'text', 'te\txt\n', 'te\0xt\n', 'te\udc00xt\n']) {
    it(JSON.stringify(text), async () => {
      await assert.rejects(signNote(text, [signer]), refuses('malformed'));
    });
  }

  it('no signer, and names that are none', async () => {
    await assert.rejects(signNote('text\n', []), refuses('malformed'));
    for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u2003b', 'a\0b']) {
      assert.throws(() => signerFromKey(name, key), refuses('malformed'), JSON.stringify(name));
      assert.throws(
        () => verifierFromRaw(name, rawPublicKey(key)),
        refuses('malformed'),
        JSON.stringify(name),
      );
    }
  });
});

describe('verifier keys', () => {
  it('are read back, of both types', () => {
    const cosigner = cosignatureVerifierFromRaw('witness', rawPublicKey(key));
    for (const expected of [verifier, cosigner]) {
      const { name, keyId, type, publicKey }: Verifier = parseVerifierKey(formatVerifierKey(expected));
      assert.deepEqual([name, keyId, type], [expected.name, expected.keyId, expected.type]);
      assert.deepEqual(publicKey, rawPublicKey(key));
    }
    assert.equal(cosigner.type, KEY_TYPE_COSIGNATURE);
    assert.notEqual(cosigner.keyId, verifierFromRaw('witness', rawPublicKey(key)).keyId);
  });

  it('are refused when anything does not fit', () => {
    const [name, id, material] = formatVerifierKey(verifier).split(/\+(.{8})\+/) as [string, string, string];
    const typed = (type: number, raw = rawPublicKey(key)) =>
      Buffer.concat([Buffer.of(type), raw]).toString('base64');
    const wrong = [
      '',
      name,
      `${name}+${id}`,
      `+${id}+${material}`,
      `other+${id}+${material}`,
      `${name}+00000000+${material}`,
      `${name}+${id.slice(1)}+${material}`,
      `${name}+${id}+${material}\n`,
      `${name}+${id}+`,
      `${name}+${id}+${typed(2)}`,
      `${name}+${id}+${typed(4)}`,
      `${name}+${id}+${typed(1, rawPublicKey(key).subarray(1))}`,
      `a b+${id}+${material}`,
    ];
    for (const text of wrong) assert.throws(() => parseVerifierKey(text), refuses('malformed'), text);
  });
});
