import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { deleteRecordsBefore } from '@lianzheng/deploy-kafka';
import { formatIdentifier, parseIdentifier } from '@lianzheng/identifier';
import { topicEnds } from '@lianzheng/kafka/cluster-admin';
import { encodeLeaf } from '@lianzheng/log';
import { leafHash, verifyInclusion } from '@lianzheng/merkle';
import { openNote, parseLogCheckpoint, parseNote } from '@lianzheng/note';
import {
  AlarmKind,
  LicenceStatus,
  Outcome,
  type VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
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
  openOwnerKey,
  readLog,
  rootOver,
  seen,
  startGeneration,
  startLoad,
  startMesh,
  verify,
  waitUntil,
  writeLeaves,
  writeRecords,
} from '../harness/index.ts';
import { untilTopicGrows } from '../harness/topic-reader.ts';

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
  await writeRecords(mesh.node(FOLLOWER), TOPIC, junk);
  await waitUntil(
    async () => {
      const { noise } = await logLink(mesh, FOLLOWER, OWNER, 'status');
      return noise >= before.get(FOLLOWER)!.noise + BigInt(junk.length);
    },
    { timeoutMs: 20_000, what: 'what is no record at all is counted too' },
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

test('forged entries before a genuine checkpoint: none is believed, and the true ones are fetched', async (t) => {
  t.after(() => mesh.heal(FOLLOWER));
  await untilTopicGrows(mesh.node(FOLLOWER).kafka, TOPIC, 60_000);
  await mesh.cut(FOLLOWER);
  await delay(1_000); // What was on its way has arrived.
  const before = await logLink(mesh, FOLLOWER, OWNER, 'status');
  const next = Number(before.verifiedSize);
  const licence = await desk.issue();
  strangers.push(licence);
  const { status } = mesh.clients(OWNER, 'operator').ownLog;
  const log = { node: OWNER, log: 'status', generation: 0 };
  const head = await waitUntil(
    async () => {
      const { size, checkpoint } = await status.getHead({ log });
      return Number(size) > next && { size: Number(size), checkpoint };
    },
    { timeoutMs: 20_000, what: 'a checkpoint over entries that nobody else has' },
  );
  const entries = (await readLog(status, log)).slice(next, head.size);
  await writeRecords(mesh.node(FOLLOWER), TOPIC, [
    ...entries.map((entry) => entryRecord(asRevoked(entry))),
    checkpointRecord(head.checkpoint),
  ]);
  const link = await waitUntil(
    async () => {
      const now = await logLink(mesh, FOLLOWER, OWNER, 'status');
      return now.noise >= before.noise + BigInt(entries.length) && now;
    },
    { timeoutMs: 20_000, what: 'forged entries counted as noise' },
  );
  assert.equal(Number(link.verifiedSize), next);
  await mesh.heal(FOLLOWER);
  await seen(mesh, FOLLOWER, licence, LicenceStatus.VALID, 60_000);
  await holds();
});

test('records dropped before they were read: the gap is seen and fetched from the owner', async () => {
  await untilTopicGrows(mesh.node(FOLLOWER).kafka, TOPIC, 60_000);
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
    for (const identifier of [later, enumerated])
      assert.equal((await toldByHome(at, identifier)).status, LicenceStatus.VALID);
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
  // Far longer than they would take to be believed.
  await delay(2_000);
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

test('a checkpoint of another root under the owner’s key: the log stops, and stays stopped, with both notes', async (t) => {
  const [liar, deceived] = [FOLLOWER, OWNER];
  t.after(() => mesh.heal(liar));
  const home = await openDesk(mesh, liar);
  const licence = await home.issue();
  strangers.push(licence);
  for (const node of ALL) await seen(mesh, node, licence, LicenceStatus.VALID);
  const key = await openOwnerKey(mesh.node(liar), 'status');
  const held = await mesh.clients(deceived, 'operator').log.getHead({
    log: { node: liar, log: 'status', generation: 0 },
  });
  const theirs = await key.sign({
    size: Number(held.size),
    root: randomBytes(32),
    time: new Date(),
    previousSize: 0,
  });
  await writeRecords(mesh.node(deceived), `lianzheng.status.${liar}`, [checkpointRecord(theirs)]);
  await isStopped(deceived, liar, 'status');

  await mesh.node(deceived).stop();
  await mesh.node(deceived).start();
  await mesh.node(deceived).ready();
  await load.acknowledged(liar, 5);
  assert.equal((await logLink(mesh, deceived, liar, 'status')).stopped, true, 'over a restart');
  assert.equal((await logLink(mesh, PROVINCE, liar, 'status')).stopped, false, 'the others go on');
  const [alarm] = await alarmsAt(mesh, deceived, AlarmKind.FORK);
  assert.deepEqual([alarm?.node, alarm?.log], [liar, 'status']);
  assert.equal(alarm!.evidence.length, 2);
  assert.deepEqual(alarm!.evidence[1], theirs);
  const [mine, other] = alarm!.evidence.map((note) =>
    parseLogCheckpoint(openNote(note, [key.verifier]).text),
  );
  assert.deepEqual([mine!.size, mine!.root], [other!.size, held.root], 'two roots signed at one size');

  assert.equal((await toldByHome(deceived, licence)).status, LicenceStatus.VALID);
  await mesh.cut(liar);
  const answer = await verify(mesh, deceived, licence);
  assert.deepEqual([answer.outcome, answer.status], [Outcome.LOG_STOPPED, LicenceStatus.UNSPECIFIED]);
  assert.deepEqual([answer.freshness?.fresh, answer.freshness?.staleReason], [false, 'STOPPED']);
  await mesh.heal(liar);

  const { exchange } = mesh.clients(deceived, 'operator');
  const acknowledged = await exchange.acknowledgeAlarm({ alarmId: alarm!.alarmId, note: '已报省节点' });
  assert.match(acknowledged.alarm!.acknowledgedBy, /^lianzheng:\/\/440100\/operator\//);
  assert.deepEqual(acknowledged.alarm!.evidence, alarm!.evidence);
  await leavesTrace(deceived, `alarm/${alarm!.alarmId}`);
  assert.equal(
    (await logLink(mesh, deceived, liar, 'status')).stopped,
    true,
    'to have seen it mends nothing',
  );
});

test('a smaller size at a later time: the log stops', async () => {
  const [liar, deceived] = [FOLLOWER, OWNER];
  const key = await openOwnerKey(mesh.node(liar), 'catalog');
  const entries = await readLog(mesh.clients(deceived, 'operator').log, { node: liar, log: 'catalog' });
  const size = entries.length - 1;
  const root = Buffer.from(rootOver(entries.slice(0, size)), 'hex');
  const older = await key.sign({ size, root, time: new Date(Date.now() + 1_000), previousSize: 0 });
  await writeRecords(mesh.node(deceived), `lianzheng.catalog.${liar}`, [checkpointRecord(older)]);
  await isStopped(deceived, liar, 'catalog');
  const [alarm] = await alarmsAt(mesh, deceived, AlarmKind.ROLLBACK);
  assert.deepEqual([alarm?.node, alarm?.log, alarm?.evidence[1]], [liar, 'catalog', older]);
});

test('two histories shown to two nodes: witnesses find it out, and neither goes on', async () => {
  const [liar, first, second] = [OWNER, PROVINCE, FOLLOWER];
  await load.settle();
  await mesh.node(liar).stop();
  const log = { node: liar, log: 'status', generation: 0 };
  const heads = () =>
    Promise.all([first, second].map((at) => mesh.clients(at, 'operator').log.getHead({ log })));
  const size = await waitUntil(
    async () => {
      const [one, other] = await heads();
      return one!.root.equals(other!.root) && Number(one!.size);
    },
    { timeoutMs: 20_000, what: 'both hold the same history' },
  );
  const before = await readLog(mesh.clients(first, 'operator').log, log);
  const key = await openOwnerKey(mesh.node(liar), 'status');
  const historyOf = async (at: string) => {
    const leaf = encodeLeaf({ kind: 77 as LeafKind, subject: '', body: Buffer.from(`history of ${at}`) });
    const entry = { sequence: BigInt(size), leaf, holders: [] };
    const root = Buffer.from(rootOver([...before, entry]), 'hex');
    const previousSize = size;
    const note = await key.sign({ size: size + 1, root, time: new Date(), previousSize });
    return [entryRecord(entry), checkpointRecord(note)];
  };
  const isAt = async (at: string) => {
    const { verifiedSize } = await logLink(mesh, at, liar, 'status');
    return Number(verifiedSize) === size + 1;
  };
  await writeRecords(mesh.node(second), TOPIC, await historyOf(second));
  await waitUntil(() => isAt(second), { timeoutMs: 20_000, what: `${second} believes its history` });
  await waitUntil(
    async () => {
      const { cosigned } = await mesh.clients(first, 'operator').log.getHead({ log });
      return cosigned.some((note) => parseLogCheckpoint(parseNote(note).text).size === size + 1);
    },
    { timeoutMs: 30_000, what: `${first} knows what ${second} cosigned` },
  );
  await writeRecords(mesh.node(first), TOPIC, await historyOf(first));
  const [alarm] = await waitUntil(
    async () => {
      const found = await alarmsAt(mesh, first, AlarmKind.WITNESS);
      return found.length > 0 && found;
    },
    { timeoutMs: 30_000, what: `${first} learns from ${second}'s cosignature that there are two histories` },
  );
  assert.deepEqual([alarm?.node, alarm?.log, alarm?.evidence.length], [liar, 'status', 2]);
  for (const at of [first, second]) await isStopped(at, liar, 'status');
});

test('operators begin new generations: every stopped log goes on, and old licences still verify', async () => {
  const old = await load.kept.licences.values().find(({ node }) => node === OWNER)!;
  await mesh.node(OWNER).start();
  await mesh.node(OWNER).ready();
  load.start();
  const { lastCheckpoint } = await startGeneration(mesh, PROVINCE, { node: OWNER, log: 'status' });
  assert.equal(parseLogCheckpoint(parseNote(lastCheckpoint).text).generation, 1);
  await startGeneration(mesh, PROVINCE, { node: FOLLOWER, log: 'status' });
  await startGeneration(mesh, PROVINCE, { node: FOLLOWER, log: 'catalog' });
  await holds();
  for (const at of [PROVINCE, FOLLOWER]) {
    const answer = await verify(mesh, at, old.identifier, { withProof: true });
    assert.equal(answer.outcome, Outcome.FOUND);
    assert.equal(answer.freshness?.generation, 2, 'freshness names the generation');
    assert.equal(answer.freshness?.fresh, true);
  }
  for (const [at, owner, log] of [
    [PROVINCE, OWNER, 'status'],
    [FOLLOWER, OWNER, 'status'],
    [OWNER, FOLLOWER, 'status'],
    [OWNER, FOLLOWER, 'catalog'],
  ] as const) {
    const link = await logLink(mesh, at, owner, log);
    assert.deepEqual([link.generation, link.stopped], [2, false], `${owner}/${log} at ${at}`);
  }
  const forks = await alarmsAt(mesh, OWNER, AlarmKind.FORK);
  assert.equal(forks.filter(({ node }) => node === FOLLOWER).length, 1, 'the evidence stays');
  // That two histories exist under its own key is true, and it may have seen both of them by now.
  assert.ok(forks.every(({ node, log }) => log === 'status' && (node === FOLLOWER || node === OWNER)));
});

/** What the home node itself says; no copy may answer meanwhile. */
async function toldByHome(at: string, identifier: string): Promise<VerifyLicenceResponse> {
  let believed: VerifyLicenceResponse | undefined;
  const answer = await waitUntil(
    async () => {
      const told = await verify(mesh, at, identifier);
      const { fromHome, fresh } = told.freshness!;
      if (fresh && !fromHome) believed = told;
      return (fromHome || believed) && told;
    },
    { timeoutMs: 20_000, what: `${at} asks the home node about ${identifier}` },
  );
  assert.equal(believed, undefined, `${at} answers from a copy that it must not believe`);
  return answer;
}

async function isStopped(at: string, owner: string, log: string): Promise<void> {
  await waitUntil(async () => (await logLink(mesh, at, owner, log)).stopped, {
    timeoutMs: 20_000,
    what: `${owner}/${log} stopped at ${at}`,
  });
}

/** An access entry of the operator's call. */
async function leavesTrace(node: string, subject: string): Promise<void> {
  const action = 'exchange.AcknowledgeAlarm';
  const filter = { subject, departmentCode: '', caseNumber: '', action, limit: 0, pageToken: '' };
  const { audit } = mesh.clients(node, 'auditor');
  const [access] = await waitUntil(
    async () => {
      const { accesses } = await audit.listAccesses({ ...filter, fromTime: undefined, toTime: undefined });
      return accesses.length > 0 && accesses;
    },
    { timeoutMs: 20_000, what: `an access entry about ${subject}` },
  );
  assert.match(access!.body!.caller, /\/operator\//);
}

/** Entries that fit where the copy stands, but say something else, and some from nowhere. */
function forged(entries: readonly Entry[], next: number): Entry[] {
  const altered = entries
    .slice(-4)
    .map((entry, index) => ({ ...asRevoked(entry), sequence: BigInt(next + index) }));
  const far = [1_000_000n, 2n ** 50n, 2n ** 63n].map((sequence) => ({ ...altered[0]!, sequence }));
  const large = { sequence: BigInt(next + 4), leaf: randomBytes(800_000), holders: [] };
  return [...altered, large, ...far];
}

/** The same entry, but it revokes the licence. */
function asRevoked(entry: Entry): Entry {
  const read = Leaf.decode(entry.leaf);
  const body = StatusBody.encode({ ...StatusBody.decode(read.body), state: LicenceState.REVOKED });
  return { ...entry, leaf: encodeLeaf({ ...read, body: Buffer.from(body.finish()) }) };
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
