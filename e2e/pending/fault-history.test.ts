import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deleteRecordsBefore } from '@lianzheng/deploy-kafka';
import { formatIdentifier, parseIdentifier } from '@lianzheng/identifier';
import { topicEnds } from '@lianzheng/kafka/cluster-admin';
import { encodeLeaf } from '@lianzheng/log';
import { leafHash, verifyInclusion } from '@lianzheng/merkle';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { AlarmKind, LicenceStatus, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { Leaf, LeafKind, LicenceState, Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import {
  alarmsAt,
  checkInvariants,
  checkpointRecord,
  clusterOf,
  cosignedRecord,
  type Desk,
  entryRecord,
  type Load,
  logLink,
  type Mesh,
  openDesk,
  readLog,
  seen,
  startLoad,
  startMesh,
  verify,
  waitUntil,
  writeLeaves,
  writeRecords,
} from '../harness/index.ts';

const PROVINCE = '440000';
const OWNER = '440100';
const FOLLOWER = '440300';
const ALL = [PROVINCE, OWNER, FOLLOWER];
const TOPIC = `lianzheng.status.${OWNER}`;

let dir: string;
let mesh: Mesh;
let load: Load;
let desk: Desk;
/** Licences that stand in logs and that the load does not know of. */
const strangers: string[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-history-'));
  mesh = await startMesh({ dir });
  load = await startLoad(mesh);
  desk = await openDesk(mesh, OWNER);
});

after(async () => {
  await load?.stop();
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Under load for a moment longer; then all that must hold, and the load goes on. */
async function holds(): Promise<void> {
  await Promise.all([OWNER, FOLLOWER].map((node) => load.acknowledged(node, 5)));
  await checkInvariants(mesh, load, { strangers });
  load.start();
}

async function issued(): Promise<string> {
  const identifier = await desk.issue();
  strangers.push(identifier);
  await Promise.all(ALL.map((node) => seen(mesh, node, identifier, LicenceStatus.VALID)));
  return identifier;
}

/** The newest entry about a licence, as the province proves it. */
async function newestBody(identifier: string): Promise<StatusBody> {
  const { proof } = await verify(mesh, PROVINCE, identifier, { withProof: true });
  assert.ok(proof, `proof of ${identifier}`);
  return StatusBody.decode(Leaf.decode(proof.leaf).body);
}

test('records duplicated, reordered, forged and poisoned in a topic: counted, dropped and mended', async () => {
  const { ownLog } = mesh.clients(OWNER, 'operator');
  await load.acknowledged(OWNER, 10);
  const entries = await readLog(ownLog.status, { node: OWNER, log: 'status' });
  const others = await readLog(mesh.clients(FOLLOWER, 'operator').ownLog.status, {
    node: FOLLOWER,
    log: 'status',
  });
  const { checkpoint } = await ownLog.status.getHead({ log: { node: OWNER, log: 'status', generation: 0 } });
  const heads = await mesh.clients(FOLLOWER, 'operator').ownLog.status.getHead({
    log: { node: FOLLOWER, log: 'status', generation: 0 },
  });
  const catalogue = await ownLog.catalog.getHead({ log: { node: OWNER, log: 'catalog', generation: 0 } });

  const repeats = entries.slice(0, 12).map(entryRecord);
  const junk = [Buffer.alloc(0), randomBytes(300), randomBytes(900_000), repeats[0]!.subarray(0, 40)];
  const illSigned = [
    withOtherRoot(checkpoint),
    checkpoint.subarray(0, checkpoint.length - 20),
    heads.checkpoint,
    catalogue.checkpoint,
    Buffer.from('lianzheng/440100/status/1\n'),
    Buffer.alloc(70_000, 'a'),
  ].map(checkpointRecord);
  const before = new Map(
    await Promise.all(
      [PROVINCE, FOLLOWER].map(async (at) => [at, await logLink(mesh, at, OWNER, 'status')] as const),
    ),
  );
  for (const at of [FOLLOWER, PROVINCE]) {
    const next = Number((await logLink(mesh, at, OWNER, 'status')).verifiedSize);
    await writeRecords(mesh.node(at), TOPIC, [
      ...junk,
      ...forged(entries, next).map(entryRecord),
      ...illSigned,
      ...others.slice(0, 5).map(entryRecord),
      ...[...repeats].reverse(),
      ...repeats,
      cosignedRecord([checkpoint, withOtherRoot(checkpoint)]),
    ]);
  }
  await holds();
  const certain = junk.length + illSigned.length + 2 * repeats.length;
  for (const at of [PROVINCE, FOLLOWER]) {
    const link = await logLink(mesh, at, OWNER, 'status');
    const noise = Number(link.noise - before.get(at)!.noise);
    assert.ok(noise >= certain, `${at} counted ${noise} records as noise, of ${certain}`);
    assert.equal(link.stopped, false);
    assert.deepEqual(await alarmsAt(mesh, at), [], `alarms at ${at}: noise is none`);
  }
});

test('records dropped before they were read: the gap is seen and fetched from the owner', async () => {
  const before = await logLink(mesh, FOLLOWER, OWNER, 'status');
  const cluster = await clusterOf(mesh.node(FOLLOWER));
  const { next: read } = (await topicEnds(cluster, TOPIC))!;
  mesh.node(FOLLOWER).pause();
  try {
    await load.acknowledged(OWNER, 10);
    const arrived = await waitUntil(
      async () => {
        const { next } = (await topicEnds(cluster, TOPIC))!;
        return next >= read + 12n && next;
      },
      { timeoutMs: 20_000, what: 'entries in the topic that nobody reads' },
    );
    await deleteRecordsBefore(cluster, TOPIC, arrived);
  } finally {
    mesh.node(FOLLOWER).resume();
  }
  await holds();
  const after = await logLink(mesh, FOLLOWER, OWNER, 'status');
  assert.ok(after.repairs > before.repairs, 'repaired');
  assert.ok(after.repairedEntries >= before.repairedEntries + 10n, 'the dropped entries came by gRPC');
});

test('entries of a later release: unknown kinds are kept and proved, critical ones are asked of the home node', async (t) => {
  t.after(() => mesh.heal(OWNER));
  const [later, understood] = [await issued(), await issued()];
  const unknown = { kind: 77 as LeafKind, subject: understood, body: randomBytes(60) };
  const leaves = [
    encodeLeaf(unknown),
    encodeLeaf({ ...unknown, kind: 78 as LeafKind, critical: true, subject: later }),
  ];
  const sequences = await writeLeaves(
    mesh.node(OWNER),
    leaves.map((leaf) => ({ leaf })),
  );
  const enumerated = await issued();
  const body = { ...(await newestBody(enumerated)), revision: 2, state: 42 as LicenceState };
  await writeLeaves(mesh.node(OWNER), [statusEntry(body, 43 as Operation)]);
  await holds();

  for (const at of [PROVINCE, FOLLOWER]) {
    for (const [index, sequence] of sequences.entries())
      await proves(at, sequence, leaves[index]!, `${at} proves an entry that it does not understand`);
    const link = await logLink(mesh, at, OWNER, 'status');
    assert.equal(link.notUnderstood, 2n, `${at} counts the critical ones`);
    for (const identifier of [later, enumerated]) {
      const answer = await verify(mesh, at, identifier);
      assert.equal(answer.freshness?.fromHome, true, 'the home node was asked');
      assert.equal(answer.status, LicenceStatus.VALID);
    }
    assert.equal((await verify(mesh, at, understood)).freshness?.fromHome, false);
  }
  await mesh.cut(OWNER);
  for (const at of [PROVINCE, FOLLOWER]) {
    for (const identifier of [later, enumerated]) {
      const answer = await verify(mesh, at, identifier);
      assert.equal(answer.outcome, Outcome.NOT_UNDERSTOOD);
      assert.equal(answer.status, LicenceStatus.UNSPECIFIED);
      assert.equal(answer.freshness?.fresh, false);
    }
    assert.equal((await verify(mesh, at, understood)).outcome, Outcome.FOUND);
  }
});

test('a city writes about another’s licence: kept, alarmed, never answered from', async () => {
  const home = await openDesk(mesh, FOLLOWER);
  const victim = await home.issue();
  strangers.push(victim);
  for (const node of ALL) await seen(mesh, node, victim, LicenceStatus.VALID);
  const body = await newestBody(victim);
  const invented = formatIdentifier({
    ...parseIdentifier(victim),
    serial: 'F0RE1GN0000000000001',
    version: 1,
  });
  strangers.push(invented);
  const revoked = { ...body, revision: 99, state: LicenceState.REVOKED };
  const sequences = await writeLeaves(mesh.node(OWNER), [
    statusEntry(revoked, Operation.REVOKE),
    statusEntry({ ...body, identifier: invented, revision: 1 }, Operation.ISSUE),
  ]);
  await holds();
  for (const at of ALL) {
    const [alarm] = await waitUntil(
      async () => {
        const found = await alarmsAt(mesh, at, AlarmKind.FOREIGN_ISSUER);
        return found.length > 0 && found;
      },
      { timeoutMs: 30_000, what: `alarm at ${at}` },
    );
    assert.equal(alarm?.node, OWNER);
    await proves(at, sequences[0]!, statusEntry(revoked, Operation.REVOKE).leaf, `kept at ${at}`);
    const answer = await verify(mesh, at, victim);
    assert.deepEqual([answer.status, answer.revision], [LicenceStatus.VALID, 1], `${at} about the licence`);
    assert.equal(
      (await verify(mesh, at, invented)).outcome,
      Outcome.NOT_FOUND,
      `${at} about the invented one`,
    );
  }
});

test('a status log’s key is rotated while it grows: followers wait for the new key and go on', async () => {
  const { signature } = mesh.clients(OWNER, 'operator');
  const { key } = await signature.rotateKey({ purpose: 'log:status', fromSize: 0n });
  assert.ok(key);
  const fromSize = Number(key.fromSize);
  await load.acknowledged(OWNER, 8);
  const { checkpoint } = await waitUntil(
    async () => {
      const head = await mesh
        .clients(OWNER, 'operator')
        .ownLog.status.getHead({ log: { node: OWNER, log: 'status', generation: 0 } });
      return Number(head.size) >= fromSize + 3 && head;
    },
    { timeoutMs: 20_000, what: 'entries under the new key' },
  );
  for (const at of [PROVINCE, FOLLOWER]) {
    const { verifiedSize, stopped } = await logLink(mesh, at, OWNER, 'status');
    assert.ok(Number(verifiedSize) < fromSize, `${at} believes no key that the registry does not name`);
    assert.equal(stopped, false);
  }
  const value = {
    node: OWNER,
    log: 'status',
    name: key.name,
    publicKey: key.publicKey,
    fromSize: key.fromSize,
    toSize: 0n,
    endorsement: key.endorsement,
  };
  const object = {
    key: '',
    version: 0,
    node: '',
    retired: false,
    object: { $case: 'logKey' as const, value },
  };
  await mesh.clients(PROVINCE, 'operator').catalog.putRegistryObject({ object });
  await holds();
  for (const at of [PROVINCE, FOLLOWER]) {
    const { verifiedSize } = await logLink(mesh, at, OWNER, 'status');
    assert.ok(Number(verifiedSize) >= parseLogCheckpoint(parseNote(checkpoint).text).size);
  }
});

/** Entries that fit where the copy stands, but say something else, and some from nowhere. */
function forged(entries: readonly Entry[], next: number): Entry[] {
  const altered = entries.slice(-4).map(({ leaf, holders }, index) => {
    const read = Leaf.decode(leaf);
    const body = StatusBody.encode({ ...StatusBody.decode(read.body), state: LicenceState.REVOKED });
    const bytes = encodeLeaf({ ...read, body: Buffer.from(body.finish()) });
    return { sequence: BigInt(next + index), leaf: bytes, holders };
  });
  const far = [1_000_000n, 2n ** 50n, 2n ** 63n].map((sequence) => ({ ...altered[0]!, sequence }));
  const large = { sequence: BigInt(next + 4), leaf: randomBytes(800_000), holders: [] };
  return [...altered, large, ...far];
}

/** A checkpoint whose signature is one of another text. */
function withOtherRoot(note: Buffer): Buffer {
  const lines = note.toString().split('\n');
  lines[2] = randomBytes(32).toString('base64');
  return Buffer.from(lines.join('\n'));
}

function statusEntry(body: StatusBody, operation: Operation) {
  const bytes = Buffer.from(StatusBody.encode({ ...body, operation, holderCommitments: [] }).finish());
  const leaf = encodeLeaf({ kind: LeafKind.STATUS, critical: true, subject: body.identifier, body: bytes });
  return { leaf };
}

/** The node proves that exactly these bytes stand in the owner's log at that place. */
async function proves(at: string, sequence: number, leaf: Buffer, what: string): Promise<void> {
  const log = { node: OWNER, log: 'status', generation: 0 };
  const { log: reads } = mesh.clients(at, 'operator');
  const { checkpoint } = await reads.getHead({ log });
  const { size, root } = parseLogCheckpoint(parseNote(checkpoint).text);
  const proof = await reads.getInclusionProof({ log, sequence: BigInt(sequence), size: BigInt(size) });
  assert.deepEqual(proof.leaf, leaf, what);
  const claim = { index: sequence, size, leafHash: leafHash(leaf), proof: proof.hashes, root };
  assert.ok(verifyInclusion(claim), what);
}
