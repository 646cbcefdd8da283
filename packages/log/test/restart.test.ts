// Every case of logs.md §2, Restart: what remains when a process dies, a file is lost or a database goes back in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { CheckpointSigner, OwnerChunk } from '../src/index.ts';
import { chunksOf, emptyHanded, heldByOthers, unreachable } from './others.ts';
import {
  assertWhole,
  leafOf,
  leavesOf,
  ownersDatabases,
  readLog,
  readSizes,
  startOwner,
  subjectOf,
  until,
} from './owner.ts';
import { type SignatureNode, signatureNode } from './signature-node.ts';

const databases = await ownersDatabases();
type Test = Parameters<typeof startOwner>[0];
type Options = Partial<Parameters<typeof startOwner>[2]>;

const start = (t: Test, keys: SignatureNode, options: Options = {}) =>
  startOwner(t, databases, { signer: keys.signer(), ...options });

/** A log of `counts` batches, stopped; `backupAfter` is a copy of its database after so many of them. */
async function written(t: Test, keys: SignatureNode, counts: readonly number[], backupAfter = 0) {
  let owner = await start(t, keys);
  let backup = owner.name;
  let size = 0;
  for (const [batch, count] of counts.entries()) {
    if (batch === backupAfter) {
      await owner.ready();
      await owner.stop();
      backup = await databases.copy(owner.name);
      owner = await start(t, keys, { database: owner.name });
    }
    await owner.ready();
    owner.clock.advance(100);
    await owner.write(leavesOf(`batch${batch}-`, 0, count));
    size += count;
    await owner.integrated(size);
  }
  const log = await readLog(owner.database);
  await owner.stop();
  return { name: owner.name, log, backup };
}

/** A signer that does `work` instead of signing once `when` says so; it is the process's death that is meant. */
function dying(
  keys: SignatureNode,
  when: () => boolean,
  work: (sign: () => Promise<Buffer>) => Promise<Buffer>,
) {
  const signer: CheckpointSigner = keys.signer();
  return {
    ...signer,
    sign: (checkpoint: Parameters<CheckpointSigner['sign']>[0]) =>
      when() ? work(() => signer.sign(checkpoint)) : signer.sign(checkpoint),
  };
}

async function readStopped(name: string, generation = 0) {
  const database = databases.open(name);
  try {
    return await readLog(database, generation);
  } finally {
    await database.close();
  }
}

test('a crash between sequencing and signing: the same entries are signed', async (t) => {
  const keys = await signatureNode();
  let dead = false;
  const signer = dying(
    keys,
    () => dead,
    () => Promise.reject(new Error('killed')),
  );
  const first = await start(t, keys, { signer });
  await first.ready();
  await first.write(leavesOf('a', 0, 3));
  await first.integrated(3);
  dead = true;
  await first.write(leavesOf('b', 0, 4));
  await until('sequenced', async () => (await readSizes(first.database)).size === 7);
  await first.state(/^starting$/);
  await first.stop();
  assert.equal((await readStopped(first.name)).integrated, 3);
  const second = await start(t, keys, { database: first.name });
  await second.ready();
  const log = await readLog(second.database);
  await assertWhole(log, keys.signer());
  assert.deepEqual([log.integrated, log.kept.map(({ size }) => size)], [7, [3, 7]]);
});

test('a crash between signing and storing the note: the memory is ahead, and the same root is signed again', async (t) => {
  const keys = await signatureNode();
  let dead = false;
  const signer = dying(
    keys,
    () => dead,
    async (sign) => {
      await sign();
      throw new Error('killed');
    },
  );
  const first = await start(t, keys, { signer });
  await first.ready();
  dead = true;
  await first.write(leavesOf('a', 0, 4));
  await until('signed', async () => {
    const last = await keys.signer().lastSigned({ node: '440300', log: 'status', generation: 0 });
    return last.state === 'known' && last.size === 4;
  });
  await first.stop();
  assert.equal((await readStopped(first.name)).integrated, 0);
  const second = await start(t, keys, { database: first.name });
  await second.ready();
  await second.write(['b']);
  await second.integrated(5);
  await assertWhole(await readLog(second.database), keys.signer());
});

test('what was signed with a clock that was ahead binds the next tenure', async (t) => {
  const keys = await signatureNode();
  let dead = false;
  const signer = dying(
    keys,
    () => dead,
    async (sign) => {
      await sign();
      throw new Error('killed');
    },
  );
  const first = await start(t, keys, { signer });
  await first.ready();
  first.clock.advance(3_600_000);
  dead = true;
  await first.write(['a']);
  await first.state(/^starting$/);
  await first.stop();
  const second = await start(t, keys, { database: first.name });
  await second.ready();
  await assertWhole(await readLog(second.database), keys.signer());
});

test('a lost memory with nobody to ask: not ready, until somebody answers', async (t) => {
  const keys = await signatureNode();
  const { name, log } = await written(t, keys, [3, 4]);
  await keys.loseMemory();
  let sources = unreachable;
  const it = await start(t, keys, {
    database: name,
    sources: { heads: (...args) => sources.heads(...args), entries: (...args) => sources.entries(...args) },
  });
  const { epoch } = log;
  await until('two attempts', async () => (await readSizes(it.database)).epoch > epoch + 2);
  assert.equal(it.relay.ready(), false);
  sources = emptyHanded;
  await it.ready();
  await it.write(['next']);
  await it.integrated(8);
  await assertWhole(await readLog(it.database), keys.signer());
});

test('a lost memory where others hold more than the database: their entries first', async (t) => {
  const keys = await signatureNode();
  const { log, backup } = await written(t, keys, [3, 4, 5], 1);
  await keys.loseMemory();
  const it = await start(t, keys, { database: backup, sources: heldByOthers(log) });
  await it.ready();
  assert.deepEqual((await readLog(it.database)).subjects, log.subjects);
  await it.write(['next']);
  await it.integrated(13);
  await assertWhole(await readLog(it.database), keys.signer());
});

test('a lost memory and no checkpoint of ours anywhere: stuck', async (t) => {
  const keys = await signatureNode();
  await keys.loseMemory();
  const it = await start(t, keys, { sources: emptyHanded });
  await it.state(/^stuck: the memory is lost/);
  assert.equal(it.relay.ready(), false);
});

test('a database from a backup: the tail is recovered, and what waits takes its number', async (t) => {
  const keys = await signatureNode();
  const { log, backup } = await written(t, keys, [30, 40, 50], 1);
  // In the backup some of the later entries waited already.
  const before = databases.open(backup);
  await before.tx((tx) =>
    tx.execute("INSERT INTO log_waiting (leaf, side) SELECT leaf, '' FROM unnest($1::bytea[]) AS w(leaf)", [
      [log.entries[100]!.leaf, log.entries[35]!.leaf],
    ]),
  );
  await before.close();
  const orphans: { sequence: number; leaf: Buffer }[] = [];
  const it = await startOwner(t, databases, {
    signer: keys.signer(),
    database: backup,
    sources: heldByOthers(log, 11),
    hooks: {
      recovered: async (_tx, entries) => void orphans.push(...entries),
    },
  });
  await it.ready();
  const recovered = await readLog(it.database);
  await assertWhole(recovered, keys.signer());
  assert.deepEqual(recovered.subjects, log.subjects);
  assert.deepEqual(recovered.waiting, []);
  const numbered = recovered.entries.slice(30).filter(({ entry_id }) => entry_id !== null);
  assert.deepEqual(
    numbered.map(({ sequence }) => sequence),
    [35, 100],
  );
  assert.equal(orphans.length, 88);
  assert.ok(orphans.every(({ sequence, leaf }) => leaf.equals(log.entries[sequence]!.leaf)));
});

test('a waiting entry that contradicts the log is handed to the owner and never sequenced', async (t) => {
  const keys = await signatureNode();
  const { name } = await written(t, keys, [2]);
  const before = databases.open(name);
  await before.tx((tx) =>
    tx.execute("INSERT INTO log_waiting (leaf, side) SELECT leaf, '' FROM unnest($1::bytea[]) AS w(leaf)", [
      [leafOf('contradicting'), leafOf('fitting')],
    ]),
  );
  await before.close();
  const it = await start(t, keys, {
    database: name,
    hooks: {
      contradictions: async (_tx, waiting) =>
        waiting.filter(({ leaf }) => subjectOf(leaf) === 'contradicting').map(({ id }) => id),
    },
  });
  await it.integrated(3);
  const log = await readLog(it.database);
  assert.deepEqual([log.subjects.at(-1), log.waiting], ['fitting', []]);
});

test('equal leaves that wait take one number each', async (t) => {
  const keys = await signatureNode();
  const owner = await start(t, keys);
  await owner.ready();
  await owner.stop();
  const backup = await databases.copy(owner.name);
  const first = await start(t, keys, { database: owner.name });
  await first.ready();
  await first.write(['same', 'same', 'same']);
  await first.integrated(3);
  const log = await readLog(first.database);
  await first.stop();
  const before = databases.open(backup);
  await before.tx((tx) =>
    tx.execute("INSERT INTO log_waiting (leaf, side) SELECT leaf, '' FROM unnest($1::bytea[]) AS w(leaf)", [
      [log.entries[0]!.leaf, log.entries[0]!.leaf],
    ]),
  );
  await before.close();
  const it = await start(t, keys, { database: backup, sources: heldByOthers(log) });
  await it.ready();
  const ids = (await readLog(it.database)).entries.map(({ entry_id }) => entry_id !== null);
  assert.deepEqual(ids, [true, true, false]);
});

test('a topic that repeats, that holds foreign records and whose last checkpoint is missing still mends the log', async (t) => {
  const keys = await signatureNode();
  const { log, backup } = await written(t, keys, [20, 30, 25], 1);
  const foreign = (sequence: number) => ({ sequence, leaf: Buffer.from('forged'), side: Buffer.alloc(0) });
  const chunks: OwnerChunk[] = [...chunksOf(log, 0, 9)].flatMap((chunk) => [
    { entries: [foreign(chunk.entries[0]!.sequence), ...chunk.entries.slice(0, 4)], checkpoints: [] },
    chunk,
    chunk,
  ]);
  const sources = {
    heads: async () => ({ notes: [], answered: 1 }),
    async *entries() {
      // Of another generation in the same topic, then the true ones; the newest checkpoint never arrived.
      yield {
        entries: log.entries.map(({ sequence }) => foreign(sequence)),
        checkpoints: [Buffer.from('no note')],
      };
      for (const chunk of chunks)
        yield {
          ...chunk,
          checkpoints: chunk.checkpoints.filter((note) => !note.equals(log.kept.at(-1)!.note)),
        };
    },
  };
  const it = await start(t, keys, { database: backup, sources });
  await it.ready();
  const recovered = await readLog(it.database);
  await assertWhole(recovered, keys.signer());
  assert.deepEqual(recovered.subjects, log.subjects);
  assert.deepEqual(
    recovered.kept.map(({ size }) => size),
    log.kept.map(({ size }) => size),
  );
});

test('sequenced but never signed entries that others know otherwise wait again', async (t) => {
  const keys = await signatureNode();
  const { log, backup } = await written(t, keys, [10, 10], 1);
  // The restored database went on by itself and died before anything was signed.
  const { note } = await readStopped(backup);
  const { size, root, time } = parseLogCheckpoint(parseNote(note!).text);
  let signs = 0;
  const alone = await start(t, keys, {
    signer: {
      ...keys.signer(),
      lastSigned: async () => ({ state: 'known', generation: 1, size, root, time }),
      sign: async () => (signs++ === 0 ? note! : Promise.reject(new Error('killed'))),
    },
    database: backup,
  });
  await alone.ready();
  await alone.write(leavesOf('mine', 0, 5));
  await alone.state(/^starting$/);
  await alone.stop();
  const unsigned = await readStopped(backup);
  assert.deepEqual([unsigned.size, unsigned.integrated], [15, 10]);
  const it = await start(t, keys, { database: backup, sources: heldByOthers(log) });
  await it.ready();
  await it.integrated(25);
  const recovered = await readLog(it.database);
  await assertWhole(recovered, keys.signer());
  assert.deepEqual(recovered.subjects, [...log.subjects, ...leavesOf('mine', 0, 5)]);
});

/** Two histories of one log, both signed: a machine went back in time with its database and its memory. */
async function forked(t: Test, keys: SignatureNode) {
  const base = await start(t, keys);
  await base.ready();
  await base.write(leavesOf('base', 0, 10));
  await base.integrated(10);
  await base.stop();
  const memory = await keys.readMemory();
  const other = await databases.copy(base.name);
  const first = await start(t, keys, { database: base.name });
  await first.ready();
  await first.write(leavesOf('true', 0, 20));
  await first.integrated(30);
  const log = await readLog(first.database);
  await first.stop();
  const trueMemory = await keys.readMemory();
  await keys.putMemory(memory);
  const second = await start(t, keys, { database: other });
  await second.ready();
  await second.write(leavesOf('fork', 0, 7));
  await second.integrated(17);
  const fork = await readLog(second.database);
  await second.stop();
  return { log, fork, other, trueMemory };
}

test('a database with another root at the signed size gives way to what was signed, and loses no entry', async (t) => {
  const keys = await signatureNode();
  const { log, other, trueMemory } = await forked(t, keys);
  await keys.putMemory(trueMemory);
  const it = await start(t, keys, { database: other, sources: heldByOthers(log) });
  await it.ready();
  await it.integrated(37);
  const recovered = await readLog(it.database);
  await assertWhole(recovered, keys.signer());
  assert.deepEqual(recovered.subjects, [...log.subjects, ...leavesOf('fork', 0, 7)]);
});

test('what contradicts is not given up before all of what was signed is found', async (t) => {
  const keys = await signatureNode();
  const { log, fork, other, trueMemory } = await forked(t, keys);
  await keys.putMemory(trueMemory);
  const partial = { ...log, integrated: 10, kept: log.kept.filter(({ size }) => size <= 10) };
  const it = await start(t, keys, {
    database: other,
    sources: { ...heldByOthers(partial), heads: heldByOthers(log).heads },
  });
  await it.state(/^stuck: entries up to 30 were signed/);
  const kept = await readLog(it.database);
  assert.deepEqual([kept.subjects, kept.integrated, kept.waiting], [fork.subjects, 17, []]);
});

test('a prefix that others hand out takes nothing away from a longer database', async (t) => {
  const keys = await signatureNode();
  const { log, backup } = await written(t, keys, [20, 30, 25], 2);
  const prefix = { ...log, integrated: 20, kept: log.kept.filter(({ size }) => size <= 20) };
  const it = await start(t, keys, {
    database: backup,
    sources: {
      ...heldByOthers(log),
      entries: async function* () {
        yield* chunksOf(prefix, 0);
      },
    },
  });
  await it.state(/^stuck: entries up to 75 were signed, only 50/);
  const kept = await readLog(it.database);
  assert.deepEqual([kept.size, kept.integrated, kept.waiting], [50, 50, []]);
});

test('a larger head of ours that others hold is recovered although memory and database agree', async (t) => {
  const keys = await signatureNode();
  const owner = await start(t, keys);
  await owner.ready();
  await owner.write(leavesOf('a', 0, 5));
  await owner.integrated(5);
  await owner.stop();
  const [backup, memory] = [await databases.copy(owner.name), await keys.readMemory()];
  const later = await start(t, keys, { database: owner.name });
  await later.ready();
  await later.write(leavesOf('b', 0, 5));
  await later.integrated(10);
  const log = await readLog(later.database);
  await later.stop();
  await keys.putMemory(memory);
  const it = await start(t, keys, { database: backup, sources: heldByOthers(log) });
  await it.ready();
  await it.write(['c']);
  await it.integrated(11);
  const recovered = await readLog(it.database);
  assert.deepEqual(recovered.subjects, [...log.subjects, 'c']);
  await assertWhole(recovered, keys.signer());
});

test('two histories, the larger one held by others: stuck, because the memory signed the other', async (t) => {
  const keys = await signatureNode();
  const { log, other } = await forked(t, keys);
  const it = await start(t, keys, { database: other, sources: heldByOthers(log) });
  await it.state(/^stuck: two histories were signed/);
});

test('entries that nobody has: stuck; an operator starts a new generation, where what waits goes', async (t) => {
  const keys = await signatureNode();
  const { backup } = await written(t, keys, [3, 4], 1);
  const it = await start(t, keys, { database: backup, sources: emptyHanded });
  await it.state(/^stuck: entries up to 7 were signed, only 3/);
  await it.write(['waits']);
  await keys.startGeneration(1);
  await it.ready();
  await it.integrated(1);
  const log = await readLog(it.database);
  assert.deepEqual([log.generation, log.subjects], [2, ['waits']]);
  await assertWhole(log, keys.signer());
  assert.equal((await readLog(it.database, 1)).subjects.length, 3);
});

test('a generation that begins while entries are sequenced and not yet signed takes them along', async (t) => {
  const keys = await signatureNode();
  let dead = false;
  const signer = dying(
    keys,
    () => dead,
    async () => {
      await keys.startGeneration(1);
      throw new Error('killed');
    },
  );
  const first = await start(t, keys, { signer });
  await first.ready();
  await first.write(leavesOf('signed', 0, 3));
  await first.integrated(3);
  dead = true;
  await first.write(leavesOf('unsigned', 0, 4));
  await first.state(/^starting$/);
  await first.stop();
  const second = await start(t, keys, { database: first.name });
  await second.ready();
  await second.integrated(4);
  const [log, old] = [await readLog(second.database), await readLog(second.database, 1)];
  assert.deepEqual([log.subjects, old.subjects], [leavesOf('unsigned', 0, 4), leavesOf('signed', 0, 3)]);
  await assertWhole(log, keys.signer());
});

test('keys of an older generation than the database: stuck', async (t) => {
  const keys = await signatureNode();
  const it = await start(t, keys);
  await it.ready();
  await it.stop();
  const database = databases.open(it.name);
  await database.tx((tx) => tx.execute('UPDATE log_head SET generation = 2'));
  await database.close();
  const later = await start(t, keys, { database: it.name });
  await later.state(/^stuck: the database is of generation 2, the key of 1/);
});

test('nobody reachable: file and database that agree suffice', async (t) => {
  const keys = await signatureNode();
  const { name } = await written(t, keys, [3]);
  const it = await start(t, keys, { database: name, sources: unreachable });
  await it.ready();
});

test('the signature service is away at the start and comes later', async (t) => {
  const keys = await signatureNode();
  let away = true;
  const signer = keys.signer();
  const it = await start(t, keys, {
    signer: {
      ...signer,
      lastSigned: (log) => (away ? Promise.reject(new Error('connection refused')) : signer.lastSigned(log)),
    },
  });
  const ids = await it.write(['waits']);
  assert.deepEqual([it.relay.ready(), ids.length], [false, 1]);
  away = false;
  await it.ready();
  await it.integrated(1);
});
