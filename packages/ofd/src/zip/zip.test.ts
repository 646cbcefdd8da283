import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { OfdError } from '../error.ts';
import { type Entries, pack, unpack, ZIP_LIMITS } from './index.ts';

const text = (value: string) => Buffer.from(value);
const sample = (): Entries =>
  new Map([
    ['OFD.xml', text('<a/>'.repeat(100))],
    ['Doc_0/照面.xml', text('证照')],
    ['Doc_0/Res/photo.jpg', Buffer.alloc(300, 7)],
  ]);
const refused = (bytes: Uint8Array, reason: RegExp) =>
  assert.throws(
    () => unpack(bytes),
    (error) => error instanceof OfdError && reason.test(error.message),
  );

test('entries come back in their order, and equal entries give equal bytes', () => {
  const step = fc.stringMatching(/^[a-z一-龥0-9_]{1,12}$/);
  const names = fc.uniqueArray(
    fc.tuple(fc.constantFrom('a', 'b/c', 'B2'), step).map((s) => `${s.join('/')}.x`),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(
      names,
      fc.array(fc.uint8Array({ maxLength: 2_000 }), { minLength: 12, maxLength: 12 }),
      (list, bodies) => {
        const entries: Entries = new Map(list.map((name, index) => [name, Buffer.from(bodies[index]!)]));
        const bytes = pack(entries);
        assert.deepEqual(
          [...unpack(bytes)].map(([n, b]) => [n, Buffer.from(b)]),
          [...entries],
        );
        assert.ok(pack(entries).equals(bytes));
      },
    ),
  );
});

test('another unzip reads what we pack', () => {
  const dir = mkdtempSync(join(tmpdir(), 'lz-zip-'));
  try {
    writeFileSync(join(dir, 'a.zip'), pack(sample()));
    const program =
      'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint("|".join(i.filename for i in z.infolist()))';
    const out = execFileSync('python3', ['-c', program, join(dir, 'a.zip')], {
      encoding: 'utf8',
      env: { PYTHONIOENCODING: 'utf8' },
    });
    assert.equal(out.trim(), 'OFD.xml|Doc_0/照面.xml|Doc_0/Res/photo.jpg');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('no byte can be changed unseen: the entries or their refusal', () => {
  const bytes = pack(sample());
  const before = [...unpack(bytes)].map(([name, body]) => `${name}:${crc32(body)}`).join();
  let accepted = 0;
  for (let at = 0; at < bytes.length; at++)
    for (const flip of [1, 0x80, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= flip;
      try {
        assert.equal(
          [...unpack(changed)].map(([name, body]) => `${name}:${crc32(body)}`).join(),
          before,
          `byte ${at}`,
        );
        accepted++;
      } catch (error) {
        assert.ok(error instanceof OfdError, String(error));
      }
    }
  // versions, times and attributes of the headers may change without changing a file
  assert.ok(accepted < 3 * 3 * 26, `${accepted} changes accepted`);
});

for (const [name, reason] of [
  ['../a', '\\.\\.'],
  ['a/../../b', '\\.\\.'],
  ['/etc/passwd', 'absolute'],
  ['a\\b', 'backslash'],
  ['C:/a', 'drive'],
  ['a\u0000b', 'control'],
  ['a//b', 'nothing'],
  ['a./b', 'dot'],
] as const)
  test(`refuses the name ${JSON.stringify(name)}`, () => {
    const harmless = pack(new Map([['x'.repeat(Buffer.byteLength(name)), text('1')]]));
    const bytes = Buffer.from(
      harmless.toString('latin1').replaceAll('x'.repeat(Buffer.byteLength(name)), name),
      'latin1',
    );
    refused(bytes, new RegExp(reason));
  });

test('refuses two files of one name, by case and by normal form too, and a file that is a folder', () => {
  for (const [a, b] of [
    ['AB', 'ab'],
    ['é.x', 'e\u0301.x'],
    ['Ａ', 'a'],
    ['d', 'D/e'],
  ])
    assert.throws(
      () =>
        pack(
          new Map([
            [a!, text('1')],
            [b!, text('2')],
          ]),
        ),
      OfdError,
    );
  const twice = Buffer.from(
    pack(
      new Map([
        ['aa', text('1')],
        ['bb', text('2')],
      ]),
    )
      .toString('latin1')
      .replaceAll('bb', 'aa'),
    'latin1',
  );
  refused(twice, /two entries of one name/);
});

test('refuses bytes before, between and behind, and a comment', () => {
  const bytes = pack(sample());
  refused(Buffer.concat([text('x'), bytes]), /directory/);
  refused(Buffer.concat([bytes, text('x')]), /after its end/);
  const comment = Buffer.concat([bytes, text('hi')]);
  comment.writeUInt16LE(2, bytes.length - 2);
  refused(comment, /after its end/);
  const end = bytes.length - 22;
  const start = bytes.readUInt32LE(end + 16);
  const gap = Buffer.concat([bytes.subarray(0, start), text('gap'), bytes.subarray(start)]);
  gap.writeUInt32LE(start + 3, gap.length - 6);
  refused(gap, /between the entries and the directory/);
});

test('refuses bombs by stated size, by ratio, and bodies that hold more than stated', () => {
  const bomb = pack(new Map([['a', Buffer.alloc(8 << 20)]]));
  refused(bomb, /ratio/);
  assert.throws(() => unpack(bomb, { ...ZIP_LIMITS, entry: 1_000 }), /too large/);
  assert.throws(() => unpack(pack(sample()), { ...ZIP_LIMITS, entries: 2 }), /more than 2 entries/);
  const bytes = pack(new Map([['a', Buffer.alloc(5_000)]]));
  const end = bytes.length - 22;
  for (const at of [22, bytes.readUInt32LE(end + 16) + 24]) bytes.writeUInt32LE(10, at);
  refused(bytes, /stated size/);
});

test('data descriptors of other writers are read when they agree', () => {
  const program = `import sys,zipfile
class Pipe:
  def __init__(s): s.b=bytearray()
  def write(s,d): s.b+=d; return len(d)
  def flush(s): pass
p=Pipe()
z=zipfile.ZipFile(p,'w',zipfile.ZIP_DEFLATED)
z.writestr('a/b.xml','hello'*9)
z.close()
sys.stdout.buffer.write(bytes(p.b))`;
  const bytes = execFileSync('python3', ['-c', program]);
  assert.equal(Buffer.from(unpack(bytes).get('a/b.xml')!).toString(), 'hello'.repeat(9));
  const at = bytes.indexOf(Buffer.from([0x50, 0x4b, 7, 8])) + 8;
  bytes[at]! ^= 1;
  refused(bytes, /data descriptor/);
});

test('refuses bytes behind the last block of a deflated body', () => {
  const body = text('abcabcabc'.repeat(20));
  const hidden = Buffer.concat([deflateRawSync(body), text('secret')]);
  const parts = new WeakMap([
    [body as Uint8Array, { method: 8, body: hidden, crc: crc32(body), size: body.length } as const],
  ]);
  refused(pack(new Map([['a', body]]), parts), /behind the compressed data/);
});
