import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import {
  formatLogCheckpoint,
  rawPublicKey,
  type Signer,
  signerFromKey,
  signNote,
  verifierFromRaw,
} from '@lianzheng/note';
import fc from 'fast-check';
import {
  type FollowedEntry,
  type Item,
  type JudgeContext,
  judge,
  type Position,
  type Verdict,
} from './judge.ts';

const log = { node: '440300', log: 'status', generation: 1 } as const;
const origin = 'lianzheng/440300/status/1';
const begun = Date.UTC(2026, 2, 1);

function newKey(name: string = origin) {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    signer: signerFromKey(name, privateKey),
    verifier: verifierFromRaw(name, rawPublicKey(privateKey)),
  };
}

const owner = newKey();
const stranger = newKey();
const foreign = newKey('lianzheng/440100/status/1');

const entryOf = (sequence: number, text: string, bytes = 0): FollowedEntry => {
  const leaf = Buffer.concat([Buffer.from(text), Buffer.alloc(bytes)]);
  return { sequence, leaf, leafHash: leafHash(leaf), holders: [] };
};
const item = (entry: FollowedEntry): Item => ({ kind: 'entry', entry });
const rootOf = (entries: readonly FollowedEntry[]) =>
  frontierRoot(
    appendLeafHashes(
      emptyFrontier(),
      entries.map((entry) => entry.leafHash),
    ),
  );

type Claim = { size: number; at: number; previousSize?: number; root?: Buffer };

/** A checkpoint over the first `size` of these entries, `at` seconds after the beginning. */
async function checkpointOf(
  entries: readonly FollowedEntry[],
  { size, at, previousSize = size, root = rootOf(entries.slice(0, size)) }: Claim,
  signer: Signer = owner.signer,
  of: { node: string; log: 'status'; generation: number } = log,
): Promise<Item> {
  const time = new Date(begun + at * 1_000);
  const text = formatLogCheckpoint({ ...of, size, root, time, previousSize });
  return { kind: 'checkpoint', note: Buffer.from(await signNote(text, [signer])) };
}

type History = { entries: FollowedEntry[]; stream: Item[]; kept: number[] };

/** The true stream of a log: batches of entries with a checkpoint after each, and a heartbeat now and then. */
async function historyOf(
  batches: readonly number[],
  name = 'true',
  before: FollowedEntry[] = [],
): Promise<History> {
  const entries = [...before];
  const stream: Item[] = [];
  const kept: number[] = [];
  let at = before.length;
  for (const count of batches) {
    for (let i = 0; i < count; i += 1) {
      const entry = entryOf(entries.length, `${name} ${entries.length}`);
      entries.push(entry);
      stream.push(item(entry));
    }
    at += 1;
    if (count === 0) stream.push(await checkpointOf(entries, { size: entries.length, at }));
    else {
      stream.push(
        await checkpointOf(entries, { size: entries.length, at, previousSize: kept.at(-1) ?? before.length }),
      );
      kept.push(entries.length);
    }
  }
  return { entries, stream, kept };
}

const start: Position = { frontier: emptyFrontier(), note: undefined, timeMs: 0, lastKept: 0 };

/** A copy in memory that goes through what is offered to it and checks that only the truth is verified. */
function follower(truth: readonly FollowedEntry[], overrides: Partial<JudgeContext> = {}) {
  const stored: FollowedEntry[] = [];
  const kept = new Set<number>();
  let position = start;
  let pending: FollowedEntry[] = [];
  const context: JudgeContext = {
    log,
    verifiers: () => [owner.verifier],
    rootAt: async (size) => rootOf(stored.slice(0, size)),
    ...overrides,
  };

  async function offer(items: readonly Item[]): Promise<Verdict> {
    const verdict = await judge(context, position, pending, [...items]);
    for (const { entries, checkpoint } of verdict.segments) {
      stored.push(...entries);
      if (!context.checkpointsOnly) assert.equal(stored.length, checkpoint.size);
      if (checkpoint.kept) kept.add(checkpoint.size);
    }
    for (const checkpoint of verdict.missed) kept.add(checkpoint.size);
    for (const [i, entry] of stored.entries())
      assert.deepEqual([entry.sequence, entry.leaf], [i, truth[i]!.leaf]);
    if (!context.checkpointsOnly) assert.deepEqual(frontierRoot(verdict.position.frontier), rootOf(stored));
    ({ position, pending } = verdict);
    return verdict;
  }

  return {
    offer,
    size: () => position.frontier.size,
    kept,
    position: () => position,
    pending: () => pending,
  };
}

const isEntry = (one: Item): one is Extract<Item, { kind: 'entry' }> => one.kind === 'entry';

/** What a carrier, or whoever sits on it, can do to a stream. */
const noise = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), to: fc.nat() }),
  fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), to: fc.nat() }),
  fc.record({ kind: fc.constant('forge' as const), at: fc.nat(), to: fc.nat() }),
  fc.record({ kind: fc.constant('alter' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('truncate' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('strange' as const), at: fc.nat(), to: fc.nat() }),
  fc.record({ kind: fc.constant('foreign' as const), at: fc.nat(), to: fc.nat() }),
);
type Noise = typeof noise extends fc.Arbitrary<infer T> ? T : never;

async function disturb(stream: Item[], { entries }: History, one: Noise): Promise<void> {
  const at = one.at % (stream.length + 1);
  const victim = stream[at];
  const to = 'to' in one ? one.to : 0;
  const size = to % (entries.length + 3);
  const insert = (added: Item) => void stream.splice(at, 0, added);
  const claim = { size, at: 1_000_000, root: Buffer.alloc(32, to) };
  if (one.kind === 'drop') stream.splice(at, 1);
  else if (one.kind === 'repeat') insert(stream[to % stream.length] ?? item(entryOf(0, 'nothing left')));
  else if (one.kind === 'swap')
    stream.splice(at, 1, ...(victim ? [stream[to % stream.length]!] : []), ...(victim ? [victim] : []));
  else if (one.kind === 'forge') insert(item(entryOf(size, `forged ${to}`)));
  else if (one.kind === 'alter' && victim && isEntry(victim))
    stream[at] = item({ ...entryOf(victim.entry.sequence, 'altered') });
  else if (one.kind === 'truncate' && victim?.kind === 'checkpoint')
    stream[at] = { kind: 'checkpoint', note: victim.note.subarray(0, victim.note.length - 20) };
  else if (one.kind === 'strange') insert(await checkpointOf(entries, claim, stranger.signer));
  else if (one.kind === 'foreign') {
    // Of another log, also where the owner's own key signed it.
    const of = to % 3 === 0 ? { ...log, generation: 2 } : { ...log, node: '440100' };
    insert(await checkpointOf(entries, claim, to % 2 === 0 ? owner.signer : foreign.signer, of));
  }
}

const chunks = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 40 });

function* cut(stream: readonly Item[], sizes: readonly number[]): Generator<Item[]> {
  for (let from = 0, i = 0; from < stream.length; i += 1) {
    const size = sizes[i % sizes.length]!;
    yield stream.slice(from, from + size);
    from += size;
  }
}

const batches = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });

test('whatever noise is mixed in, only the truth is verified; the true stream afterwards completes the copy', async () => {
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.array(noise, { maxLength: 25 }),
      chunks,
      async (sizes, disturbances, parts) => {
        const history = await historyOf(sizes);
        const disturbed = [...history.stream];
        for (const one of disturbances) await disturb(disturbed, history, one);
        const it = follower(history.entries, { proveConsistency: async () => true });
        for (const part of cut(disturbed, parts)) assert.equal((await it.offer(part)).stop, undefined);
        for (const part of cut(history.stream, parts)) assert.equal((await it.offer(part)).stop, undefined);
        assert.equal(it.size(), history.entries.length);
        assert.deepEqual(
          [...it.kept].sort((a, b) => a - b),
          history.kept,
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('a true stream is verified in any chunks, with nothing to complain of', async () => {
  await fc.assert(
    fc.asyncProperty(batches, chunks, async (sizes, parts) => {
      const history = await historyOf(sizes);
      const it = follower(history.entries);
      for (const part of cut(history.stream, parts)) {
        const { noise, gapTo, missing, stop, keyUnknown } = await it.offer(part);
        assert.deepEqual(
          { noise, gapTo, missing, stop, keyUnknown },
          {
            noise: 0,
            gapTo: undefined,
            missing: [],
            stop: undefined,
            keyUnknown: false,
          },
        );
      }
      assert.equal(it.size(), history.entries.length);
    }),
    { numRuns: 100 },
  );
});

const noteOf = (one: Item | undefined) =>
  one?.kind === 'checkpoint' ? one.note : assert.fail('no checkpoint');

test('a fork at a size that is held stops the log, with both notes', async () => {
  const history = await historyOf([5, 5]);
  const other = await historyOf([5, 5], 'other');
  const it = follower(history.entries);
  await it.offer(history.stream);
  const theirs = await checkpointOf(other.entries, { size: 5, at: 1, previousSize: 0 });
  const { stop } = await it.offer([theirs]);
  assert.deepEqual(stop, {
    kind: 'fork',
    size: 5,
    theirs: noteOf(theirs),
    mine: noteOf(history.stream.at(-1)),
  });
});

test('a fork within what one offer verified is seen too', async () => {
  const history = await historyOf([5, 5]);
  const other = await historyOf([5, 5], 'other');
  const it = follower(history.entries);
  const theirs = await checkpointOf(other.entries, { size: 7, at: 9, previousSize: 5 });
  const { stop, segments } = await it.offer([...history.stream, theirs, ...history.stream]);
  assert.deepEqual([stop?.kind, stop?.size, segments.length], ['fork', 7, 2]);
});

test('a fork beyond what is held shows by the consistency proof', async () => {
  const history = await historyOf([5]);
  const other = await historyOf([5, 5], 'other');
  const asked: [number, number][] = [];
  const it = follower(history.entries, {
    proveConsistency: async (from, to) => {
      assert.deepEqual(from.root, rootOf(history.entries));
      asked.push([from.size, to.size]);
      return false;
    },
  });
  await it.offer(history.stream);
  const { stop } = await it.offer(other.stream.slice(6));
  assert.deepEqual([stop?.kind, stop?.size, asked], ['inconsistent', 10, [[5, 10]]]);
});

test('entries that do not fit a true checkpoint are dropped and fetched again', async () => {
  const history = await historyOf([5, 5]);
  for (const proved of [true, undefined]) {
    const it = follower(history.entries, { proveConsistency: async () => proved });
    await it.offer(history.stream.slice(0, 6));
    const altered = history.stream.slice(6).map((one, i) => (i === 2 ? item(entryOf(7, 'altered')) : one));
    const verdict = await it.offer(altered);
    assert.deepEqual([verdict.gapTo, verdict.stop, verdict.pending], [10, undefined, []]);
    await it.offer(history.stream.slice(6));
    assert.equal(it.size(), 10);
  }
});

test('a smaller size at a later time stops the log', async () => {
  const history = await historyOf([5, 5]);
  const it = follower(history.entries);
  await it.offer(history.stream);
  const theirs = await checkpointOf(history.entries, { size: 5, at: 60 });
  const { stop } = await it.offer([theirs]);
  assert.deepEqual([stop?.kind, stop?.theirs], ['rollback', noteOf(theirs)]);
});

test('a larger size at an earlier time is the same rollback, seen from the other side', async () => {
  const history = await historyOf([5, 5]);
  const it = follower(history.entries);
  await it.offer([...history.stream.slice(0, 6), await checkpointOf(history.entries, { size: 5, at: 60 })]);
  const { stop } = await it.offer(history.stream.slice(6));
  assert.deepEqual([stop?.kind, it.size()], ['rollback', 5]);
});

test('a larger size at the same time is taken', async () => {
  const history = await historyOf([5, 5]);
  const it = follower(history.entries);
  await it.offer(history.stream.slice(0, 6));
  await it.offer([
    ...history.stream.slice(6, 11),
    await checkpointOf(history.entries, { size: 10, at: 1, previousSize: 5 }),
  ]);
  assert.equal(it.size(), 10);
});

test('an older checkpoint again is ignored', async () => {
  const history = await historyOf([5, 5]);
  const it = follower(history.entries);
  await it.offer(history.stream);
  const before = it.position();
  const { segments, stop, noise, gapTo, missing } = await it.offer([
    history.stream[5]!,
    history.stream.at(-1)!,
  ]);
  assert.deepEqual([segments, stop, noise, gapTo, missing], [[], undefined, 0, undefined, []]);
  assert.deepEqual(it.position(), before);
});

test('a heartbeat moves time and nothing else', async () => {
  const history = await historyOf([5]);
  const it = follower(history.entries);
  await it.offer(history.stream);
  const before = it.position();
  const heartbeat = await checkpointOf(history.entries, { size: 5, at: 30 });
  const { segments } = await it.offer([heartbeat]);
  assert.deepEqual([segments.length, segments[0]?.entries, segments[0]?.checkpoint.kept], [1, [], false]);
  assert.deepEqual(it.position(), { ...before, timeMs: begun + 30_000, note: noteOf(heartbeat) });
  const older = await checkpointOf(history.entries, { size: 5, at: 20 });
  assert.deepEqual((await it.offer([older])).segments, []);
});

test('a kept checkpoint that was missed is noticed, and healed when it comes', async () => {
  const history = await historyOf([3, 3, 3]);
  const [, , , first, , , , second, , , , third] = history.stream;
  const it = follower(history.entries);
  const without = history.stream.filter((one) => one !== first && one !== second);
  assert.deepEqual((await it.offer(without)).missing, [6]);
  const healed = await it.offer([second!]);
  assert.deepEqual([healed.missed.map(({ size }) => size), healed.missing], [[6], [3]]);
  assert.deepEqual((await it.offer([first!])).missing, []);
  assert.deepEqual([...it.kept].sort(), history.kept);
  assert.equal(it.position().note, noteOf(third));
});

test('a heartbeat tells of the kept checkpoint before it; once that is there it is not asked for again', async () => {
  const history = await historyOf([3]);
  const it = follower(history.entries);
  const heartbeats = await Promise.all(
    [10, 20, 30].map((at) => checkpointOf(history.entries, { size: 3, at })),
  );
  const early = await it.offer([...history.stream.slice(0, 3), heartbeats[0]!]);
  assert.deepEqual([early.missing, it.size()], [[3], 3]);
  assert.deepEqual((await it.offer([heartbeats[1]!])).missing, [3]);
  assert.deepEqual((await it.offer([history.stream[3]!])).missed.length, 1);
  assert.deepEqual((await it.offer([heartbeats[2]!])).missing, []);
});

test('a checkpoint under a key that is not known waits, and so do its entries', async () => {
  const history = await historyOf([5]);
  let known: (typeof owner.verifier)[] = [];
  const it = follower(history.entries, { verifiers: () => known });
  const early = await it.offer(history.stream);
  assert.deepEqual([early.keyUnknown, early.noise, it.pending().length, it.size()], [true, 0, 5, 0]);
  // The present key is known, but not the successor that signed.
  known = [stranger.verifier];
  assert.deepEqual((await it.offer([history.stream.at(-1)!])).keyUnknown, true);
  known = [owner.verifier];
  const late = await it.offer([history.stream.at(-1)!]);
  assert.deepEqual([late.keyUnknown, it.size()], [false, 5]);
});

test('a signature by a known key that does not verify is noise, whoever else signed', async () => {
  const history = await historyOf([5]);
  const it = follower(history.entries);
  const note = noteOf(history.stream.at(-1)).toString();
  const [text, signatures] = note.split('\n\n');
  const altered = Buffer.from(`${text!.replace('\n5\n', '\n4\n')}\n\n${signatures}`);
  const { noise, keyUnknown } = await it.offer([{ kind: 'checkpoint', note: altered }]);
  assert.deepEqual([noise, keyUnknown], [1, false]);
});

test('keys rotate by size: each checkpoint counts under the key of its size only', async () => {
  const successor = newKey();
  const history = await historyOf([5]);
  const { entries } = await historyOf([5, 5]);
  const it = follower(entries, { verifiers: (size) => [size < 6 ? owner.verifier : successor.verifier] });
  await it.offer(history.stream);
  const claim = { size: 10, at: 9, previousSize: 5 };
  const rest = entries.slice(5).map(item);
  const byOld = await it.offer([...rest, await checkpointOf(entries, claim)]);
  assert.deepEqual([byOld.keyUnknown, it.size()], [true, 5]);
  await it.offer([await checkpointOf(entries, claim, successor.signer)]);
  assert.equal(it.size(), 10);
});

test('an entry that no checkpoint vouches for is worth a short look only, however far away it claims to be', async () => {
  const history = await historyOf([5]);
  const it = follower(history.entries);
  const { gapTo } = await it.offer([item(entryOf(9_000_000, 'forged'))]);
  assert.equal(gapTo, 1_000);
  await it.offer(history.stream);
  assert.equal((await it.offer([item(entryOf(9_000_000, 'forged'))])).gapTo, 1_005);
});

test('what waits is bounded: 1,000 entries', async () => {
  const entries = Array.from({ length: 1_001 }, (_, i) => entryOf(i, `e${i}`));
  const it = follower(entries);
  const full = await it.offer(entries.slice(0, 1_000).map(item));
  assert.deepEqual([full.gapTo, it.pending().length], [undefined, 1_000]);
  const over = await it.offer([item(entries[1_000]!)]);
  assert.deepEqual([over.gapTo, it.pending().length], [1_001, 0]);
});

test('what waits is bounded: 8 MiB', async () => {
  const entries = Array.from({ length: 140 }, (_, i) => entryOf(i, `e${i} `, 60_000));
  const it = follower(entries);
  const under = await it.offer(entries.slice(0, 139).map(item));
  assert.deepEqual([under.gapTo, it.pending().length], [undefined, 139]);
  const over = await it.offer([item(entries[139]!)]);
  assert.deepEqual([over.gapTo, it.pending().length], [140, 0]);
});

test('a gap names what is missing; once it was filled there is none', async () => {
  const history = await historyOf([5, 5]);
  const it = follower(history.entries);
  const { gapTo } = await it.offer(history.stream.slice(6));
  assert.deepEqual([gapTo, it.size()], [10, 0]);
  assert.equal((await it.offer([...history.stream.slice(6), ...history.stream])).gapTo, undefined);
  assert.equal(it.size(), 10);
});

/** Of an access log only checkpoints are followed. */
function checkpointsOnly(history: History, answers: Record<number, boolean | undefined>) {
  const asked: number[] = [];
  const it = follower(history.entries, {
    checkpointsOnly: true,
    proveConsistency: async (_from, to) => {
      asked.push(to.size);
      return answers[to.size];
    },
  });
  return { ...it, asked };
}

test('of checkpoints alone each is believed that a consistency proof ties to the last', async () => {
  const history = await historyOf([3, 4, 5]);
  const notes = history.stream.filter((one) => !isEntry(one));
  const it = checkpointsOnly(history, { 7: true, 12: undefined });
  const first = await it.offer([history.stream[0]!, notes[0]!]);
  assert.deepEqual([it.size(), it.asked, first.noise, first.missing], [3, [], 1, []]);
  await it.offer([notes[1]!]);
  assert.equal(it.size(), 7);
  const unreachable = await it.offer([notes[2]!]);
  assert.deepEqual([it.size(), unreachable.gapTo, unreachable.stop], [7, 12, undefined]);
  assert.deepEqual([it.asked, [...it.kept]], [[7, 12], []]);
});

test('of checkpoints alone: a failed proof, another root at the size, a smaller size later', async () => {
  const history = await historyOf([3, 4]);
  const other = await historyOf([3, 4], 'other');
  const [first, second] = history.stream.filter((one) => !isEntry(one));
  const kinds: Record<string, Item> = {
    inconsistent: second!,
    fork: await checkpointOf(other.entries, { size: 3, at: 1, previousSize: 0 }),
    rollback: await checkpointOf(history.entries, { size: 2, at: 9 }),
  };
  for (const [kind, theirs] of Object.entries(kinds)) {
    const it = checkpointsOnly(history, { 7: false });
    await it.offer([first!]);
    const { stop } = await it.offer([theirs]);
    assert.deepEqual(stop, { kind, size: stop?.size, theirs: noteOf(theirs), mine: noteOf(first) });
  }
});
