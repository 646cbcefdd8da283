import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import {
  createMemory,
  type LastSigned,
  type LogMemory,
  lockFolder,
  openMemory,
  replaceMemory,
} from '../index.ts';
import { decodeRecord, encodeRecord, SLOT_BYTES } from './record.ts';
import { RING_BYTES, slotOffset } from './ring.ts';

const origin = 'lianzheng/440300/status/1';
const fileName = 'lianzheng.440300.status.1.memory';

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lz-memory-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function opened(t: TestContext, folder: string): Promise<LogMemory> {
  const memory = await openMemory(folder, origin);
  assert.ok(typeof memory !== 'string', `memory is ${memory}`);
  t.after(() => memory.close());
  return memory;
}

const head = (size: number): LastSigned => ({
  size,
  root: Buffer.alloc(32, size),
  time: new Date(size * 1000),
});

async function remembered(t: TestContext, folder: string, upTo: number): Promise<LogMemory> {
  await createMemory(folder, origin);
  const memory = await opened(t, folder);
  for (let size = 1; size <= upTo; size += 1) await memory.remember(head(size));
  return memory;
}

test('a record is read as it was written', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.maxSafeNat(),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.option(fc.date({ noInvalidDate: true, min: new Date(0) }), { nil: undefined }),
      fc.nat(9_999).map((generation) => `lianzheng/440300/access/${generation}`),
      (serial, size, root, time, name) => {
        const record = { serial, size, root: Buffer.from(root), time, origin: name };
        assert.deepEqual(decodeRecord(encodeRecord(record)), record);
      },
    ),
  );
});

test('no record with a changed byte is read', () => {
  const whole = encodeRecord({ ...head(7), serial: 3, origin });
  fc.assert(
    fc.property(fc.nat(SLOT_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(whole);
      changed[at]! ^= flip;
      assert.equal(decodeRecord(changed), undefined);
    }),
  );
});

test('the first memory is the empty log, and is made once', async (t) => {
  const folder = await newFolder(t);
  assert.equal(await openMemory(folder, origin), 'missing');
  await createMemory(folder, origin);
  const { size, root, time } = (await opened(t, folder)).last();
  assert.deepEqual([size, time], [0, undefined]);
  assert.equal(root.toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  await assert.rejects(createMemory(folder, origin), { name: 'MemoryError', code: 'exists' });
});

test('what was remembered is there after opening again, at every place of the ring', async (t) => {
  const folder = await newFolder(t);
  const memory = await remembered(t, folder, 0);
  for (let size = 1; size <= 11; size += 1) {
    await memory.remember(head(size));
    assert.deepEqual((await opened(t, folder)).last(), head(size));
  }
});

test('memory never goes back', async (t) => {
  const memory = await remembered(t, await newFolder(t), 5);
  const back = { name: 'MemoryError', code: 'back' };
  await assert.rejects(memory.remember(head(4)), back);
  await assert.rejects(memory.remember({ ...head(5), root: Buffer.alloc(32) }), back);
  await assert.rejects(memory.remember({ ...head(6), time: new Date(4_999) }), back);
  await assert.rejects(memory.remember({ ...head(6), time: undefined }), back);
  await memory.remember({ ...head(5), time: new Date(5_001) });
  assert.deepEqual(memory.last(), { ...head(5), time: new Date(5_001) });
});

test('a torn write leaves the record before it', async (t) => {
  const folder = await newFolder(t);
  const memory = await remembered(t, folder, 6);
  const before = await readFile(join(folder, fileName));
  await memory.remember(head(7));
  const after = await readFile(join(folder, fileName));
  // createMemory wrote serial 1 for size 0, hence size 7 has serial 8.
  const at = slotOffset(8);
  for (let written = 0; written <= SLOT_BYTES; written += 64) {
    const torn = Buffer.from(before);
    after.copy(torn, at, at, at + written);
    await writeFile(join(folder, fileName), torn);
    const found = await openMemory(folder, origin);
    assert.ok(typeof found !== 'string');
    assert.deepEqual(found.last(), written === SLOT_BYTES ? head(7) : head(6));
    await found.remember(head(8));
    await found.close();
  }
});

test('damage that no torn write explains is a loss, not an earlier memory', async (t) => {
  const folder = await newFolder(t);
  const memory = await remembered(t, folder, 6);
  const whole = await readFile(join(folder, fileName));
  for (const serial of [6, 7]) {
    const damaged = Buffer.from(whole);
    damaged.fill(0, slotOffset(serial), slotOffset(serial) + 64);
    // Serial 7 is the newest; its loss looks like a torn write unless an older one is gone as well.
    if (serial === 7) damaged.fill(0, slotOffset(5), slotOffset(5) + 64);
    await writeFile(join(folder, fileName), damaged);
    assert.equal(await openMemory(folder, origin), 'damaged');
  }
  for (const length of [0, RING_BYTES - 1]) {
    await writeFile(join(folder, fileName), whole.subarray(0, length));
    assert.equal(await openMemory(folder, origin), 'damaged');
  }
  await writeFile(join(folder, fileName), Buffer.concat([whole, Buffer.alloc(1)]));
  assert.equal(await openMemory(folder, origin), 'damaged');
  await writeFile(join(folder, 'lianzheng.440300.access.1.memory'), whole);
  assert.equal(await openMemory(folder, 'lianzheng/440300/access/1'), 'damaged');
  assert.equal(memory.last().size, 6);
});

test('a lost memory is replaced by what was found, the damaged file kept as evidence', async (t) => {
  const folder = await newFolder(t);
  await replaceMemory(folder, origin, head(9));
  assert.deepEqual((await opened(t, folder)).last(), head(9));
  await writeFile(join(folder, fileName), 'junk');
  await replaceMemory(folder, origin, head(10));
  assert.deepEqual((await opened(t, folder)).last(), head(10));
  assert.equal((await readdir(folder)).filter((name) => name.includes('.damaged-')).length, 1);
});

test('nothing is remembered in a file that was removed', async (t) => {
  const folder = await newFolder(t);
  const memory = await remembered(t, folder, 3);
  await rm(join(folder, fileName));
  await assert.rejects(memory.remember(head(4)), { code: 'lost' });
  await assert.rejects(memory.remember(head(4)), { code: 'lost' });
  assert.deepEqual(memory.last(), head(3));
});

test('after a failed write nothing more is remembered', async (t) => {
  const folder = await newFolder(t);
  await createMemory(folder, origin);
  const memory = await openMemory(folder, origin);
  assert.ok(typeof memory !== 'string');
  await memory.close();
  await assert.rejects(memory.remember(head(1)), { code: 'unwritable' });
  await assert.rejects(memory.remember(head(1)), { code: 'unwritable' });
});

test('kill -9 loses nothing that was said to be remembered', async (t) => {
  const folder = await newFolder(t);
  await createMemory(folder, origin);
  const program = fileURLToPath(new URL('../../testprograms/remember-forever.ts', import.meta.url));
  for (const lines of [1, 7, 40]) {
    const child = spawn(process.execPath, [program, folder, origin], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    let said = 0;
    let count = 0;
    for await (const line of createInterface(child.stdout)) {
      said = Number(line);
      count += 1;
      if (count === lines) child.kill('SIGKILL');
    }
    await exit;
    const { size } = (await opened(t, folder)).last();
    assert.ok(said > 0 && (size === said || size === said + 1), `said ${said}, found ${size}`);
  }
});

test('one process holds the folder; the lock ends with it, however it ends', async (t) => {
  const folder = await newFolder(t);
  const module = fileURLToPath(new URL('./folder-lock.ts', import.meta.url));
  const source = `const { lockFolder } = await import(${JSON.stringify(module)});
    await lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await assert.rejects(lockFolder(folder), { name: 'KeystoreError', code: 'refused' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockFolder(folder);
  await assert.rejects(lockFolder(folder), { code: 'refused' });
  lock.release();
  (await lockFolder(folder)).release();
});
