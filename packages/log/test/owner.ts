// An owner of a log on a database of its own: what stands in it, and what its relay does.
import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, migrate, openDatabase } from '@lianzheng/db';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import { openNote, parseLogCheckpoint } from '@lianzheng/note';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { type TestClock, testClock } from '@lianzheng/runtime';
import {
  type CheckpointSigner,
  encodeLeaf,
  insertWaiting,
  logMigrations,
  type OwnerSources,
  type Publish,
  type RelayHooks,
  startRelay,
  type WaitingEntry,
} from '../src/index.ts';
import { begun, node, silent } from './signature-node.ts';

const service = 'status';

/** A server for the test file, with a migrated database to copy from. */
export async function ownersDatabases() {
  const postgres: TestPostgres = await testPostgres();
  const empty = await postgres.freshDatabase();
  await migrate({ adminUrl: empty.url, service, password: 'secret', sets: [logMigrations] });
  after(() => postgres.stop());
  return {
    /** A copy of the database of this name, or of one without entries. Nobody may be connected to the original. */
    copy: async (name: string = empty.name) => (await postgres.freshDatabase(name)).name,
    open: (name: string): Database => {
      const url = new URL(postgres.url(name));
      url.searchParams.set('options', `-c search_path=${service}`);
      return openDatabase({ url: url.href, applicationName: `owner ${name}`, max: 4 });
    },
  };
}

export type Databases = Awaited<ReturnType<typeof ownersDatabases>>;

export type OwnerOptions = {
  signer: CheckpointSigner;
  /** Name of a database; a new one without it. */
  database?: string;
  publish?: Publish;
  sources?: OwnerSources;
  hooks?: RelayHooks;
  clock?: TestClock;
  checkpointsOnly?: boolean;
};

export type Owner = Awaited<ReturnType<typeof startOwner>>;

/** A relay at work, until the test ends or `stop`. Its clock stands still: heartbeats come when it is moved. */
export async function startOwner(t: TestContext, databases: Databases, options: OwnerOptions) {
  const name = options.database ?? (await databases.copy());
  const database = databases.open(name);
  const clock = options.clock ?? testClock(begun);
  const { signer, publish, sources, hooks, checkpointsOnly } = options;
  const log = { node, log: 'status' } as const;
  const relay = startRelay({
    database,
    log,
    signer,
    publish,
    sources,
    hooks,
    checkpointsOnly,
    clock,
    logger: silent,
  });
  let stopping: Promise<void> | undefined;
  function stop() {
    stopping ??= relay.stop().then(() => database.close());
    return stopping;
  }
  t.after(stop);
  return {
    name,
    database,
    relay,
    clock,
    stop,
    /** Commits entries, each in a transaction of its own unless `together`; wakes the relay. */
    async write(entries: readonly (string | WaitingEntry)[], together = true): Promise<number[]> {
      const waiting = entries.map((entry) => (typeof entry === 'string' ? { leaf: leafOf(entry) } : entry));
      const ids = together
        ? await database.tx((tx) => insertWaiting(tx, waiting))
        : (await Promise.all(waiting.map((one) => database.tx((tx) => insertWaiting(tx, [one]))))).flat();
      relay.wake();
      return ids;
    },
    ready: () => until(`ready, is ${relay.state()}`, () => relay.ready()),
    state: (expected: RegExp) =>
      until(
        `state ${expected}`,
        () => expected.test(relay.state()),
        () => relay.state(),
      ),
    integrated: (size: number) =>
      until(
        `size ${size} integrated`,
        async () => (await readSizes(database)).integrated === size,
        async () => `${relay.state()}, ${JSON.stringify(await readSizes(database))}`,
      ),
  };
}

export function leafOf(text: string): Buffer {
  return encodeLeaf({ kind: LeafKind.STATUS, subject: text, body: Buffer.from(`body of ${text}`) });
}

export function leavesOf(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`);
}

/** Waits for a condition; the deadline only ends a test that fails. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  found: () => unknown = () => '',
): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(`not in time: ${what}; found ${await found()}`);
    await delay(5);
  }
}

/** The head alone, for those who wait. */
export async function readSizes(database: Database) {
  const row = await database.read((reader) =>
    reader.row<{ size: number; integrated: number; published: number; epoch: number }>(
      'SELECT size, integrated_size AS integrated, published_size AS published, epoch FROM log_head',
    ),
  );
  return row!;
}

type Log = Awaited<ReturnType<typeof readLog>>;

/** Everything that a log's tables hold, of one generation (the present one if 0). */
export async function readLog(database: Database, wanted = 0) {
  return database.read(
    async (reader) => {
      const head = (await reader.row<{
        generation: number;
        size: number;
        integrated_size: number;
        published_size: number;
        note: Buffer | null;
        epoch: number;
      }>('SELECT generation, size, integrated_size, published_size, note, epoch FROM log_head'))!;
      const generation = wanted || head.generation;
      const entries = await reader.rows<{ sequence: number; entry_id: number | null; leaf: Buffer }>(
        'SELECT sequence, entry_id, leaf FROM log_entry WHERE generation = $1 ORDER BY sequence',
        [generation],
      );
      const waiting = await reader.rows<{ leaf: Buffer }>('SELECT leaf FROM log_waiting ORDER BY entry_id');
      const kept = await reader.rows<{ size: number; note: Buffer }>(
        'SELECT size, note FROM log_checkpoint WHERE generation = $1 ORDER BY size',
        [generation],
      );
      return {
        generation: head.generation,
        epoch: head.epoch,
        size: head.size,
        integrated: head.integrated_size,
        published: head.published_size,
        note: head.note,
        entries,
        subjects: entries.map((entry) => subjectOf(entry.leaf)),
        waiting: waiting.map((entry) => subjectOf(entry.leaf)),
        kept,
      };
    },
    { snapshot: true },
  );
}

export function subjectOf(leaf: Buffer): string {
  return /body of (.*)$/s.exec(leaf.toString('latin1'))?.[1] ?? '?';
}

/** Checks that a log is whole: gapless, its notes signed, each over the root of its entries, chained by size and time. */
export async function assertWhole(log: Log, signer: CheckpointSigner): Promise<void> {
  assert.deepEqual(
    log.entries.map((entry) => entry.sequence),
    log.entries.map((_, i) => i),
    'gapless',
  );
  assert.equal(log.size, log.entries.length);
  const verifiers = await signer.verifiers({ node, log: 'status', generation: log.generation });
  const hashes = log.entries.map((entry) => leafHash(entry.leaf));
  let previous = { size: 0, time: new Date(0) };
  for (const { size, note } of [
    ...log.kept,
    ...(log.note ? [{ size: log.integrated, note: log.note }] : []),
  ]) {
    const checkpoint = parseLogCheckpoint(openNote(note, verifiers).text);
    assert.equal(checkpoint.size, size);
    assert.equal(checkpoint.generation, log.generation);
    assert.deepEqual(
      checkpoint.root,
      frontierRoot(appendLeafHashes(emptyFrontier(), hashes.slice(0, size))),
      `root at ${size}`,
    );
    if (size > previous.size) assert.equal(checkpoint.previousSize, previous.size, `before ${size}`);
    assert.ok(checkpoint.time >= previous.time, 'times never decrease');
    previous = { size, time: checkpoint.time };
  }
}

export type Record =
  | { sequence: number; subject: string; traceparent?: string }
  | { size: number; previous: number };

/** A publish that keeps what it was given, after `before` let it pass. */
export function topic(before: () => Promise<void> = async () => {}) {
  const records: Record[] = [];
  const publish: Publish = async (sent) => {
    await before();
    for (const { value, headers } of sent) {
      const { record } = LogRecord.decode(value);
      if (record?.$case === 'entry') {
        const { sequence, leaf } = record.value;
        const traceparent = headers?.traceparent;
        records.push({
          sequence: Number(sequence),
          subject: subjectOf(Buffer.from(leaf)),
          ...(traceparent ? { traceparent } : {}),
        });
      } else if (record?.$case === 'checkpoint') {
        const text = record.value.toString().split('\n\n')[0]!;
        const { size, previousSize } = parseLogCheckpoint(`${text}\n`);
        records.push({ size, previous: previousSize });
      }
    }
  };
  return { records, publish };
}
