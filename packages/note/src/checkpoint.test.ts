import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Checkpoint,
  cosign,
  cosignatureMessage,
  cosignatureTime,
  cosignatureVerifierFromRaw,
  cosignerFromKey,
  formatCheckpoint,
  formatLogCheckpoint,
  formatLogOrigin,
  formatNote,
  LOG_NAMES,
  NoteError,
  type NoteErrorCode,
  openNote,
  parseCheckpoint,
  parseLogCheckpoint,
  parseLogOrigin,
  parseNote,
  rawPublicKey,
  signerFromKey,
  signNote,
  verifierFromRaw,
  verifyCosignature,
} from './index.ts';

const refuses = (code: NoteErrorCode) => (error: unknown) =>
  error instanceof NoteError && error.code === code;
const root = Buffer.alloc(32, 7);
const rootText = root.toString('base64');
const newKey = () => generateKeyPairSync('ed25519').privateKey;

describe('checkpoint', () => {
  it('is origin, size, root and extension lines', () => {
    const checkpoint: Checkpoint = {
      origin: 'example.com/log',
      size: 1_200,
      root,
      extensions: ['a b', '扩展'],
    };
    const text = formatCheckpoint(checkpoint);
    assert.equal(text, `example.com/log\n1200\n${rootText}\na b\n扩展\n`);
    assert.deepEqual(parseCheckpoint(text), checkpoint);
    assert.deepEqual(parseCheckpoint(`o\n0\n${rootText}\n`), { origin: 'o', size: 0, root, extensions: [] });
    assert.equal(parseCheckpoint(`o\n9007199254740991\n${rootText}\n`).size, Number.MAX_SAFE_INTEGER);
  });

  const malformed = [
    '',
    '\n',
    'o\n',
    'o\n1\n',
    `o\n1\n${rootText}`,
    `\n1\n${rootText}\n`,
    `o\n\n${rootText}\n`,
    `o\n01\n${rootText}\n`,
    `o\n00\n${rootText}\n`,
    `o\n+1\n${rootText}\n`,
    `o\n-1\n${rootText}\n`,
    `o\n1.0\n${rootText}\n`,
    `o\n1e3\n${rootText}\n`,
    `o\n0x1\n${rootText}\n`,
    `o\n 1\n${rootText}\n`,
    `o\n１\n${rootText}\n`,
    `o\n1\n${rootText.slice(0, -1)}\n`,
    `o\n1\n${Buffer.alloc(31).toString('base64')}\n`,
    `o\n1\n${Buffer.alloc(33).toString('base64')}\n`,
    `o\n1\n ${rootText}\n`,
    `o\n1\n${rootText}\n\n`,
    `o\n1\n${rootText}\n\nx\n`,
    `o\n1\n${rootText}\nx\ty\n`,
    `o\r\n1\r\n${rootText}\r\n`,
  ];
  for (const text of malformed) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseCheckpoint(text), refuses('malformed'));
    });
  }

  it('refuses a size beyond 2^53-1', () => {
    assert.throws(() => parseCheckpoint(`o\n9007199254740992\n${rootText}\n`), refuses('too-large'));
  });

  it('is not written where it could not be read', () => {
    const good: Checkpoint = { origin: 'o', size: 1, root, extensions: [] };
    const wrong: Partial<Checkpoint>[] = [
      { origin: '' },
      { origin: 'a\nb' },
      { size: -1 },
      { size: 1.5 },
      { size: Number.NaN },
      { root: Buffer.alloc(20) },
      { extensions: [''] },
      { extensions: ['a\nb'] },
      { origin: `o\n1\n${rootText}` },
    ];
    for (const change of wrong) {
      assert.throws(
        () => formatCheckpoint({ ...good, ...change }),
        refuses('malformed'),
        JSON.stringify(change),
      );
    }
    assert.throws(() => formatCheckpoint({ ...good, size: 2 ** 53 }), refuses('too-large'));
  });
});

describe("checkpoint of a node's log", () => {
  const good = {
    node: '440300',
    log: 'status',
    generation: 1,
    size: 1_200,
    root,
    time: new Date('2026-03-01T08:30:00.120Z'),
    previousSize: 1_000,
  } as const;

  it('has its origin and one extension line', () => {
    const text = formatLogCheckpoint(good);
    assert.equal(
      text,
      `lianzheng/440300/status/1\n1200\n${rootText}\nlz1 time=2026-03-01T08:30:00.120Z prev=1000\n`,
    );
    assert.deepEqual(parseLogCheckpoint(text), { ...good, furtherExtensions: [] });
  });

  it('is read back whatever it says', () => {
    const size = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat());
    const checkpoint = fc.record({
      node: fc.stringMatching(/^[0-9]{6}$/),
      log: fc.constantFrom(...LOG_NAMES),
      generation: fc.integer({ min: 1 }),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
      time: fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      furtherExtensions: fc.array(fc.stringMatching(/^lz[2-9] [a-z=0-9 ]+$/)),
    });
    fc.assert(
      fc.property(checkpoint, size, (fields, [a, b]) => {
        const whole = { ...fields, size: Math.max(a, b), previousSize: Math.min(a, b) };
        assert.deepEqual(parseLogCheckpoint(formatLogCheckpoint(whole)), whole);
      }),
    );
  });

  const lines = (extension: string, origin = 'lianzheng/440300/status/1') =>
    `${origin}\n1200\n${rootText}\n${extension}`;
  const time = 'time=2026-03-01T08:30:00.120Z';
  const malformed = [
    lines(''),
    lines('x=1\n'),
    lines(`x=1\nlz1 ${time} prev=1\n`),
    lines(`lz1 ${time}\n`),
    lines(`lz1 prev=1 ${time}\n`),
    lines(`lz1  ${time} prev=1\n`),
    lines(`lz1 ${time} prev=1 \n`),
    lines(`lz1 ${time} prev=01\n`),
    lines(`lz1 ${time} prev=-1\n`),
    lines(`lz1 ${time} prev=1201\n`),
    lines(`lz2 ${time} prev=1\n`),
    lines(`lz1 ${time} prev=1\nlz1 ${time} prev=1\n`),
    lines('lz1 time=2026-03-01T08:30:00Z prev=1\n'),
    lines('lz1 time=2026-03-01T08:30:00.120+08:00 prev=1\n'),
    lines('lz1 time=2026-02-30T08:30:00.120Z prev=1\n'),
    lines('lz1 time=2026-03-01T24:00:00.000Z prev=1\n'),
    lines('lz1 time=2026-13-01T08:30:00.120Z prev=1\n'),
    lines(`lz1 ${time} prev=1\n`, 'lianzheng/44030/status/1'),
    lines(`lz1 ${time} prev=1\n`, 'lianzheng/440300/other/1'),
    lines(`lz1 ${time} prev=1\n`, 'lianzheng/440300/status/0'),
    lines(`lz1 ${time} prev=1\n`, 'lianzheng/440300/status/01'),
    lines(`lz1 ${time} prev=1\n`, 'lianzheng/440300/status'),
    lines(`lz1 ${time} prev=1\n`, 'lianzheng/440300/status/1/'),
  ];
  for (const text of malformed) {
    it(`refuses ${JSON.stringify(text.replace(rootText, '…'))}`, () => {
      assert.throws(() => parseLogCheckpoint(text), refuses('malformed'));
    });
  }

  it('is not written where it could not be read', () => {
    const wrong = [
      { node: '4403' },
      { generation: 0 },
      { generation: 1.5 },
      { previousSize: 1_201 },
      { previousSize: -1 },
      { time: new Date(Number.NaN) },
      { time: new Date('+010000-01-01T00:00:00Z') },
      { furtherExtensions: ['lz1 again'] },
      { furtherExtensions: [''] },
    ];
    for (const change of wrong) {
      assert.throws(
        () => formatLogCheckpoint({ ...good, ...change }),
        refuses('malformed'),
        JSON.stringify(change),
      );
    }
  });

  it('has an origin that is read back', () => {
    const origin = { node: '440000', log: 'catalog', generation: 12 } as const;
    assert.equal(formatLogOrigin(origin), 'lianzheng/440000/catalog/12');
    assert.deepEqual(parseLogOrigin('lianzheng/440000/catalog/12'), origin);
    assert.throws(() => parseLogOrigin('lianzheng/440000/catalog/9007199254740992'), refuses('too-large'));
  });
});

describe('cosignature', () => {
  const witness = { name: 'lianzheng/440000/witness', privateKey: newKey() };
  const verifier = cosignatureVerifierFromRaw(witness.name, rawPublicKey(witness.privateKey));
  const owner = signerFromKey('lianzheng/440300/status/1', newKey());
  const text = formatCheckpoint({ origin: owner.name, size: 1_200, root, extensions: ['any'] });

  it('signs the message of tlog-cosignature', () => {
    const message = cosignatureMessage(text, 1_679_315_147);
    assert.equal(message.toString(), `cosignature/v1\ntime 1679315147\n${text}`);
    const { signature } = cosign(text, witness, 1_679_315_147);
    assert.equal(signature.subarray(0, 8).toString('hex'), '00000000641850cb');
    assert.ok(verify(null, message, createPublicKey(witness.privateKey), signature.subarray(8)));
  });

  it('gives its time when it verifies', () => {
    const cosignature = cosign(text, witness, 1_679_315_147);
    assert.equal(verifyCosignature(text, cosignature, verifier), 1_679_315_147);
    assert.equal(verifyCosignature(text.replace('1200', '1201'), cosignature, verifier), undefined);
    assert.equal(verifyCosignature(text, { ...cosignature, name: 'other' }, verifier), undefined);
    assert.equal(verifyCosignature(text, { ...cosignature, keyId: 1 }, verifier), undefined);
    const asNoteKey = verifierFromRaw(witness.name, rawPublicKey(witness.privateKey));
    assert.equal(verifyCosignature(text, { ...cosignature, keyId: asNoteKey.keyId }, asNoteKey), undefined);
  });

  it('is refused after any change of one byte, its time included', () => {
    const cosignature = cosign(text, witness, 1_679_315_147);
    for (let at = 0; at < cosignature.signature.length; at += 1) {
      const signature = Buffer.from(cosignature.signature);
      signature[at]! ^= 1;
      assert.equal(verifyCosignature(text, { ...cosignature, signature }, verifier), undefined, `byte ${at}`);
    }
    const short = { ...cosignature, signature: cosignature.signature.subarray(0, -1) };
    assert.equal(verifyCosignature(text, short, verifier), undefined);
    assert.throws(() => cosignatureTime(short.signature), refuses('malformed'));
  });

  it("stands beside the owner's signature in one note", async () => {
    const signed = parseNote(await signNote(text, [owner]));
    const note = formatNote({
      text,
      signatures: [...signed.signatures, cosign(text, witness, 1_700_000_000)],
    });
    const opened = openNote(note, [verifier]);
    assert.deepEqual(
      opened.verified.map(({ name, type }) => [name, type]),
      [[witness.name, 4]],
    );
    assert.equal(cosignatureTime(opened.verified[0]!.signature), 1_700_000_000);
    assert.deepEqual(
      opened.unverified.map(({ name }) => name),
      [owner.name],
    );
    const atOnce = await signNote(text, [cosignerFromKey(witness.name, witness.privateKey, 5)]);
    assert.equal(cosignatureTime(openNote(atOnce, [verifier]).verified[0]!.signature), 5);
  });

  it('is given only to checkpoints and at times that are times', async () => {
    assert.throws(() => cosign('no checkpoint\n', witness, 1), refuses('malformed'));
    await assert.rejects(
      signNote('no checkpoint\n', [cosignerFromKey(witness.name, witness.privateKey, 1)]),
      refuses('malformed'),
    );
    for (const time of [-1, 1.5, Number.NaN, 2 ** 53]) {
      assert.throws(() => cosign(text, witness, time), refuses('malformed'), String(time));
    }
  });

  it('needs an Ed25519 key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.throws(() => cosign(text, { name: 'witness', privateKey }, 1), refuses('malformed'));
    assert.throws(() => signerFromKey('owner', privateKey), refuses('malformed'));
    assert.throws(() => verifierFromRaw('owner', Buffer.alloc(31)), refuses('malformed'));
  });
});
