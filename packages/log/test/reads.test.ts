// LogService over the owner's tables, by real gRPC.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { leafHash, verifyConsistency, verifyInclusion } from '@lianzheng/merkle';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { roles } from '@lianzheng/proto/gen/roles.ts';
import { type GetEntriesResponse, LogServiceService } from '@lianzheng/proto/log/v1/log';
import { bind, connect, createClient, isMeshError, startServer } from '@lianzheng/rpc';
import { logReads, ownLogSource } from '../src/index.ts';
import {
  assertWhole,
  leafOf,
  leavesOf,
  type Owner,
  ownersDatabases,
  readLog,
  startOwner,
  subjectOf,
  until,
} from './owner.ts';
import { identityOf, node, signatureNode } from './signature-node.ts';

const databases = await ownersDatabases();
const [serverTls, callerTls] = await Promise.all([
  identityOf('service/issuance'),
  identityOf('service/exchange'),
]);
const log = { node, log: 'status', generation: 0 };

async function serving(t: Parameters<typeof startOwner>[0]) {
  const keys = await signatureNode();
  const owner = await startOwner(t, databases, { signer: keys.signer() });
  await owner.ready();
  return { owner, keys, client: await serve(owner) };
}

async function serve(owner: Owner) {
  const { database, relay } = owner;
  const source = ownLogSource({ database, log: { node, log: 'status' }, changed: relay.changed });
  const server = await startServer({
    address: '127.0.0.1:0',
    tls: serverTls,
    services: [bind(LogServiceService, logReads(source))],
    roles,
    authorise: () => new Set(['EXCHANGE', 'PEER']),
    onError: (error) => {
      throw error;
    },
  });
  const channel = connect({
    address: server.address,
    tls: callerTls,
    expect: `lianzheng://${node}/service/issuance`,
  });
  after(async () => {
    channel.close();
    await server.stop();
  });
  return createClient(LogServiceService, channel);
}

const request = { log, from: 0n, limit: 0, waitMs: 0, afterTime: undefined };
const sequencesOf = ({ entries }: Pick<GetEntriesResponse, 'entries'>) =>
  entries.map(({ sequence }) => Number(sequence));
const sizesOf = ({ checkpoints }: Pick<GetEntriesResponse, 'checkpoints'>) =>
  checkpoints.map((note) => parseLogCheckpoint(parseNote(note).text).size);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('heads, ranges with their checkpoints, limits', async (t) => {
  const { owner, client } = await serving(t);
  for (const [size, count] of [
    [3, 3],
    [10, 7],
    [30, 20],
  ] as const) {
    await owner.write(leavesOf(`s${size}-`, 0, count));
    await owner.integrated(size);
  }
  const before = (await readLog(owner.database)).note!;
  owner.clock.advance(2_000);
  await until('heartbeat', async () => !(await readLog(owner.database)).note!.equals(before));
  const held = await readLog(owner.database);
  const head = await client.getHead({ log });
  assert.deepEqual([head.size, head.log?.generation, head.checkpoint], [30n, 1, held.note]);
  assert.deepEqual(head.root, parseLogCheckpoint(parseNote(held.note!).text).root);

  const all = await client.getEntries(request);
  assert.deepEqual([sequencesOf(all), sizesOf(all), all.coveredSize], [range(0, 30), [3, 10, 30, 30], 30n]);
  assert.deepEqual(
    all.entries.map(({ leaf }) => subjectOf(Buffer.from(leaf))),
    held.subjects,
  );
  const some = await client.getEntries({ ...request, from: 2n, limit: 10 });
  assert.deepEqual([sequencesOf(some), sizesOf(some), some.coveredSize], [range(2, 12), [3, 10], 10n]);
  // No checkpoint within the range asked for: as far as the next one.
  const none = await client.getEntries({ ...request, from: 10n, limit: 4 });
  assert.deepEqual([sequencesOf(none), sizesOf(none), none.coveredSize], [range(10, 30), [30], 30n]);
  const one = await client.getEntries({ ...request, from: 9n, limit: 1 });
  assert.deepEqual([sequencesOf(one), sizesOf(one)], [[9], [10]]);
  const end = await client.getEntries({ ...request, from: 30n });
  assert.deepEqual([sequencesOf(end), end.checkpoints, end.coveredSize], [[], [held.note], 30n]);
  const beyond = await client.getEntries({ ...request, from: 31n });
  assert.deepEqual([beyond.entries, beyond.checkpoints, beyond.coveredSize], [[], [], 30n]);
});

test('no message is too large: neither many small batches nor large entries nor lookup data', async (t) => {
  const { owner, client } = await serving(t);
  const holders = range(0, 500).map((number) => ({
    number,
    index: Buffer.alloc(32, number),
    salt: Buffer.alloc(16),
    keyId: 'key-1',
  }));
  await owner.write(
    range(0, 160).map((i) => ({ leaf: Buffer.concat([leafOf(`big${i}`), Buffer.alloc(50_000)]), holders })),
  );
  await owner.integrated(160);
  // As many checkpoints as entries: what a node with little work writes.
  const note = (await readLog(owner.database)).note!;
  await owner.write(
    leavesOf('small', 0, 4_000).map((text) => ({ leaf: Buffer.concat([leafOf(text), Buffer.alloc(800)]) })),
  );
  await owner.integrated(4_160);
  await owner.database.tx((tx) =>
    tx.execute(
      'INSERT INTO log_checkpoint (generation, size, time, note) SELECT 1, s, $2, $1 FROM generate_series(161, 4160) AS s ON CONFLICT DO NOTHING',
      [note, owner.clock.now()],
    ),
  );
  const seen: number[] = [];
  while (seen.length < 4_160) {
    const answer = await client.getEntries({ ...request, from: BigInt(seen.length), limit: 10_000 });
    assert.ok(answer.entries.length > 0 && answer.checkpoints.length > 0);
    seen.push(...sequencesOf(answer));
  }
  assert.deepEqual(seen, range(0, 4_160));
  const streamed: number[] = [];
  for await (const chunk of client.getSnapshot({ log, from: 0n })) streamed.push(...sequencesOf(chunk));
  assert.deepEqual(streamed, range(0, 4_160));
});

test('a call that waits ends with the next entry, with a later checkpoint, or with its time', async (t) => {
  const { owner, client } = await serving(t);
  await owner.write(['one']);
  await owner.integrated(1);
  const time = (await client.getHead({ log })).time!;
  const waiting = client.getEntries({ ...request, from: 1n, waitMs: 15_000, afterTime: time });
  await owner.write(['two']);
  assert.deepEqual(sequencesOf(await waiting), [1]);

  const forHeartbeat = client.getEntries({ ...request, from: 2n, waitMs: 15_000, afterTime: time });
  owner.clock.advance(2_000);
  const heartbeat = await forHeartbeat;
  assert.deepEqual([sequencesOf(heartbeat), sizesOf(heartbeat)], [[], [2]]);
  assert.ok(parseLogCheckpoint(parseNote(heartbeat.checkpoints[0]!).text).time > time);

  const started = performance.now();
  const newest = (await client.getHead({ log })).time!;
  const idle = await client.getEntries({ ...request, from: 2n, waitMs: 150, afterTime: newest });
  assert.deepEqual(idle.entries, []);
  assert.ok(performance.now() - started >= 150);
});

test('a snapshot is the whole log with its kept checkpoints', async (t) => {
  const { owner, keys, client } = await serving(t);
  await owner.write(leavesOf('a', 0, 2_500));
  await owner.integrated(2_500);
  const held = await readLog(owner.database);
  const entries: { sequence: number; entry_id: null; leaf: Buffer }[] = [];
  const notes: Buffer[] = [];
  for await (const chunk of client.getSnapshot({ log, from: 0n })) {
    assert.equal(chunk.total, 2_500n);
    entries.push(
      ...chunk.entries.map(({ sequence, leaf }) => ({
        sequence: Number(sequence),
        entry_id: null,
        leaf: Buffer.from(leaf),
      })),
    );
    notes.push(...chunk.checkpoints.map((note) => Buffer.from(note)));
  }
  const kept = notes.map((note) => ({ size: parseLogCheckpoint(parseNote(note).text).size, note }));
  await assertWhole({ ...held, entries, kept, note: notes.at(-1)! }, keys.signer());
  assert.deepEqual(
    kept.map(({ size }) => size),
    held.kept.map(({ size }) => size),
  );
  const rest = [];
  for await (const chunk of client.getSnapshot({ log, from: 2_500n })) rest.push(chunk);
  assert.deepEqual([rest.length, rest[0]?.entries, rest[0]?.checkpoints], [1, [], [held.note]]);
});

test('proofs verify, at the head and at earlier sizes', async (t) => {
  const { owner, client } = await serving(t);
  await owner.write(leavesOf('a', 0, 300));
  await owner.integrated(300);
  await owner.write(leavesOf('b', 0, 230));
  await owner.integrated(530);
  const held = await readLog(owner.database);
  const rootOf = (note: Uint8Array) => parseLogCheckpoint(parseNote(note).text).root;
  for (const [sequence, size] of [
    [0n, 0n],
    [299n, 300n],
    [300n, 530n],
    [529n, 530n],
  ] as const) {
    const proof = await client.getInclusionProof({ log, sequence, size });
    const leaf = held.entries[Number(sequence)]!.leaf;
    assert.deepEqual(proof.leaf, leaf);
    assert.ok(
      verifyInclusion({
        index: Number(sequence),
        size: Number(proof.size),
        leafHash: leafHash(proof.leaf),
        root: rootOf(proof.checkpoint),
        proof: proof.hashes,
      }),
    );
  }
  const { hashes } = await client.getConsistencyProof({ log, firstSize: 300n, secondSize: 0n });
  assert.ok(
    verifyConsistency({
      size1: 300,
      root1: rootOf(held.kept[0]!.note),
      size2: 530,
      root2: rootOf(held.note!),
      proof: hashes,
    }),
  );
});

test('what is not there is said so', async (t) => {
  const { owner, client } = await serving(t);
  await owner.write(['one']);
  await owner.integrated(1);
  const elsewhere = { node: '440100', log: 'status', generation: 0 };
  const unknown = await client.getHead({ log: elsewhere });
  assert.deepEqual([unknown.size, unknown.checkpoint.length], [0n, 0]);
  const code = (expected: Parameters<typeof isMeshError>[1]) => (error: unknown) =>
    isMeshError(error, expected);
  await assert.rejects(
    client.getInclusionProof({ log: elsewhere, sequence: 0n, size: 0n }),
    code('NOT_FOUND'),
  );
  await assert.rejects(client.getInclusionProof({ log, sequence: 1n, size: 0n }), code('OUT_OF_RANGE'));
  await assert.rejects(client.getInclusionProof({ log, sequence: 0n, size: 2n }), code('OUT_OF_RANGE'));
  await assert.rejects(
    client.getConsistencyProof({ log, firstSize: 2n, secondSize: 1n }),
    code('OUT_OF_RANGE'),
  );
  await assert.rejects(
    client.getConsistencyProof({ log, firstSize: 0n, secondSize: 2n ** 64n - 1n }),
    code('OUT_OF_RANGE'),
  );
  await assert.rejects(
    client.getEntries({ ...request, log: { ...log, node: 'x' } }),
    code('INVALID_ARGUMENT'),
  );
  await assert.rejects(client.getHead({ log: { ...log, log: 'other' } }), code('INVALID_ARGUMENT'));
});

test('a generation that has ended can still be read', async (t) => {
  const { owner, keys, client } = await serving(t);
  await owner.write(leavesOf('old', 0, 3));
  await owner.integrated(3);
  await keys.startGeneration(1);
  await owner.write(['new']);
  await owner.integrated(1);
  const old = { ...log, generation: 1 };
  const answer = await client.getEntries({ ...request, log: old });
  assert.deepEqual([sequencesOf(answer), sizesOf(answer)], [[0, 1, 2], [3]]);
  assert.deepEqual((await client.getHead({ log })).log?.generation, 2);
  assert.deepEqual((await client.getHead({ log: old })).size, 3n);
});
