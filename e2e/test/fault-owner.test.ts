// What may happen to a node that issues: killed at every moment, its database and disk taken away, its clock wrong.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { updateNodeFile } from '@lianzheng/enrolment';
import { AlarmKind, LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import {
  alarmsAt,
  checkInvariants,
  type InvariantOptions,
  type Load,
  logLink,
  type Mesh,
  seen,
  startLoad,
  startMesh,
  verify,
  waitUntil,
} from '../harness/index.ts';
import { holdCommits, holdInserts } from '../harness/moments.ts';
import { mountSmallDisk, moveBack, moveDatabase } from '../harness/small-disk.ts';
import { querySuperuser } from '../harness/superuser.ts';
import { sequencesIn } from '../harness/topic-reader.ts';

const PROVINCE = '440000';
const HOME = '440100';
const OTHER = '440300';
const CITIES = [HOME, OTHER];

/** What takes a second on a machine at rest may take this long on a crowded one. */
const SOON_MS = 120_000;
const TEST = { timeout: 600_000 };

const clockOffsetsMs: Record<string, number> = {};
let dir: string;
let mesh: Mesh;
let load: Load;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-owner-'));
  mesh = await startMesh({ dir });
  load = await startLoad(mesh, { clockOffsetsMs });
});

after(async () => {
  await load?.stop();
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

// Whatever the test before left behind, also one that failed halfway.
beforeEach(async () => {
  for (const city of CITIES) if (!mesh.node(city).isUp()) await startAgain(city);
  load.start();
});

/** Under load for a moment longer; then all that must hold, and the load goes on. */
async function holds(options: InvariantOptions = {}): Promise<void> {
  await Promise.all(CITIES.map((city) => load.acknowledged(city, 3, SOON_MS)));
  await checkInvariants(mesh, load, { timeoutMs: SOON_MS, ...options });
  load.start();
}

async function startAgain(city: string): Promise<void> {
  await mesh.node(city).start();
  await mesh.node(city).ready(SOON_MS);
}

const askHome = <R extends object>(sql: string, values?: unknown[]) =>
  querySuperuser<R>(mesh.node(HOME).databaseUrl, sql, values);

const requestRow = async (requestId: string) =>
  (
    await askHome<{ intent: boolean; licence_id: string | null; committed: string | null }>(
      `SELECT intent IS NOT NULL AS intent, licence_id,
              (SELECT min(version)::text FROM issuance.licence_version v WHERE v.licence_id = r.licence_id) AS committed
         FROM issuance.request r WHERE request_id = $1`,
      [requestId],
    )
  )[0];

const headRow = async () =>
  (
    await askHome<{ size: string; integrated_size: string; published_size: string }>(
      'SELECT size, integrated_size, published_size FROM issuance.log_head',
    )
  )[0]!;

test(
  'killed before the commit: only the intent stands, and the same request completes it',
  TEST,
  async () => {
    const requestId = 'killed-before-commit';
    const held = await holdInserts(mesh.node(HOME), 'issuance.licence_version');
    const issuing = load.issue(HOME, requestId);
    await held.reached();
    await waitUntil(async () => (await requestRow(requestId))?.intent, {
      timeoutMs: SOON_MS,
      what: 'the intent is written down',
    });
    await mesh.node(HOME).kill9();
    await held.release();
    assert.deepEqual(await requestRow(requestId), { intent: true, licence_id: null, committed: null });

    await startAgain(HOME);
    const { identifier } = await issuing;
    await seen(mesh, OTHER, identifier, LicenceStatus.VALID, SOON_MS);
    await holds();
  },
);

test(
  'killed after the commit and before the answer: the same request is told what was committed',
  TEST,
  async () => {
    const requestId = 'killed-after-commit';
    const answered = `NEW.request_id = '${requestId}' AND NEW.licence_id IS NOT NULL`;
    const held = await holdCommits(mesh.node(HOME), 'issuance.request', answered);
    const issuing = load.issue(HOME, requestId);
    await held.reached(SOON_MS);
    mesh.node(HOME).pause();
    await held.release();
    const committed = await waitUntil(async () => (await requestRow(requestId))?.licence_id, {
      timeoutMs: SOON_MS,
      what: 'the commit that nobody hears of',
    });
    await mesh.node(HOME).kill9();
    await held.remove();

    await startAgain(HOME);
    const { identifier } = await issuing;
    assert.equal((await requestRow(requestId))?.licence_id, committed);
    await seen(mesh, OTHER, identifier, LicenceStatus.VALID, SOON_MS);
    await holds();
  },
);

test(
  'killed while numbers are given: what was not committed was not signed, and nothing is left out',
  TEST,
  async () => {
    const held = await holdCommits(mesh.node(HOME), 'issuance.log_entry', 'true');
    const { identifier } = await load.issue(HOME);
    await held.reached(SOON_MS);
    const before = await headRow();
    await mesh.node(HOME).kill9();
    await held.abort();
    await held.remove();
    // Publishing is not held: what was signed before may have reached Kafka until the kill.
    const { size, integrated_size } = await headRow();
    assert.deepEqual(
      { size, integrated_size },
      { size: before.size, integrated_size: before.integrated_size },
    );
    await startAgain(HOME);
    await seen(mesh, OTHER, identifier, LicenceStatus.VALID, SOON_MS);
    await holds();
  },
);

test(
  'killed between the signature and its storing: the memory is ahead, and nothing is signed twice',
  TEST,
  async () => {
    const held = await holdInserts(mesh.node(HOME), 'issuance.log_checkpoint');
    await load.acknowledged(HOME, 2, SOON_MS);
    await held.reached(SOON_MS);
    await mesh.node(HOME).kill9();
    await held.release();
    const { size, integrated_size } = await headRow();
    assert.ok(Number(size) > Number(integrated_size), `${size} sequenced, ${integrated_size} integrated`);
    await startAgain(HOME);
    await holds();
  },
);

test(
  'killed between sequence and publication: what Kafka never got arrives all the same',
  TEST,
  async (t) => {
    const { kafka } = mesh.node(HOME);
    kafka.pause();
    t.after(() => kafka.resume());
    const { identifier } = await load.issue(HOME);
    const unpublished = async () => {
      const { integrated_size, published_size } = await headRow();
      return Number(integrated_size) - Number(published_size);
    };
    await waitUntil(async () => (await unpublished()) > 0, {
      timeoutMs: SOON_MS,
      what: 'an unpublished entry',
    });
    await mesh.node(HOME).kill9();
    assert.ok((await unpublished()) > 0);
    // Kafka is still away: the node is ready without it.
    await startAgain(HOME);
    await load.acknowledged(HOME, 2, SOON_MS);
    kafka.resume();
    await seen(mesh, OTHER, identifier, LicenceStatus.VALID, SOON_MS);
    await waitUntil(async () => (await unpublished()) === 0, { timeoutMs: SOON_MS, what: 'all published' });
    await holds();
    // In this order: the load goes on, and what is published later may miss the reading.
    const { published_size } = await headRow();
    const published = new Set(await sequencesIn(mesh.node(HOME), `lianzheng.status.${HOME}`));
    const missing = Array.from({ length: Number(published_size) }, (_, n) => n).filter(
      (sequence) => !published.has(sequence),
    );
    assert.deepEqual(missing, [], 'entries that Kafka never got');
  },
);

test('killed again and again at any moment: nothing acknowledged is lost or doubled', TEST, async () => {
  for (let round = 0; round < 3; round += 1) {
    await load.acknowledged(HOME, 3, SOON_MS);
    // The moment is what is random here.
    await delay(Math.random() * 300);
    await mesh.node(HOME).kill9();
    await startAgain(HOME);
  }
  await holds();
});

test('PostgreSQL restarts and is killed: every node goes on by itself', TEST, async () => {
  await mesh.postgres.restart('fast');
  await Promise.all(CITIES.map((city) => load.acknowledged(city, 3, SOON_MS)));
  await mesh.postgres.kill9();
  await mesh.postgres.restart();
  await holds();
  for (const node of Object.values(mesh.nodes)) assert.ok(node.isUp(), `${node.node} still runs`);
});

test(
  'the disk of a city is full: a clear refusal, what needs no disk goes on, and with room it heals by itself',
  TEST,
  async (t) => {
    const disk = await onSmallDisk(t, OTHER);
    await load.acknowledged(OTHER, 2, SOON_MS);
    await disk.fill();
    await waitUntil(() => load.refusals.has('RESOURCE_EXHAUSTED DISK_FULL'), {
      timeoutMs: SOON_MS,
      what: () => `refused for the full disk: ${JSON.stringify([...load.refusals])}`,
    });
    // Reading the log and the links leaves no access entry; the other nodes are not concerned at all.
    const operator = mesh.clients(OTHER, 'operator');
    const head = await operator.ownLog.status.getHead({ log: { node: OTHER, log: 'status', generation: 0 } });
    assert.ok(head.size > 0n);
    assert.equal((await operator.exchange.listLinks({})).node, OTHER);
    await load.acknowledged(HOME, 3, SOON_MS);
    const ofOther = [...load.kept.licences.values()].find(({ node }) => node === OTHER)!;
    const answer = await verify(mesh, HOME, ofOther.identifier);
    assert.equal(answer.homeNode, OTHER);

    await disk.free();
    await load.acknowledged(OTHER, 5, SOON_MS);
    assert.ok(mesh.node(OTHER).isUp());
    await holds();
  },
);

/** The city's database on a disk that can be filled, until the test ends. */
async function onSmallDisk(t: TestContext, city: string) {
  const database = new URL(mesh.node(city).databaseUrl).pathname.slice(1);
  const disk = await mountSmallDisk(mesh.postgres, 128);
  t.after(async () => {
    await mesh.node(city).stop();
    try {
      await moveBack(mesh.postgres, database);
    } finally {
      await disk.unmount();
    }
    await startAgain(city);
  });
  await mesh.node(city).stop();
  await moveDatabase(mesh.postgres, database, disk);
  await startAgain(city);
  return disk;
}

/** Last of all: a clock that was ahead has signed times that its log cannot go behind. */
test(
  'the clock of a city is an hour off: its word counts as stale, links and alarms say why',
  TEST,
  async (t) => {
    const { identifier } = await load.issue(HOME);
    await seen(mesh, OTHER, identifier, LicenceStatus.VALID, SOON_MS);
    await load.settle();
    await mesh.node(HOME).stop();
    await updateNodeFile(mesh.node(HOME).dir, {
      environment: { LZ_TEST: '1', LZ_CLOCK_OFFSET_MS: '3600000' },
    });
    clockOffsetsMs[HOME] = 3_600_000;
    await startAgain(HOME);
    load.start();

    for (const [node, about] of [
      [PROVINCE, HOME],
      [OTHER, HOME],
      [HOME, PROVINCE],
      [HOME, OTHER],
    ] as const)
      await waitUntil(
        async () => (await logLink(mesh, node, about, 'status'))?.staleReason === 'CLOCK_OFFSET',
        { timeoutMs: SOON_MS, what: `${node} says that the clock of ${about} is off` },
      );
    const alarms = await waitUntil(
      async () => {
        const found = await alarmsAt(mesh, PROVINCE);
        return found.some(({ kind, node }) => kind === AlarmKind.CLOCK && node === HOME) && found;
      },
      { timeoutMs: SOON_MS, what: 'an alarm at the province' },
    );
    assert.equal(alarms.filter(({ kind }) => kind === AlarmKind.CLOCK).length, 1);

    // Who can ask the home node gets a fresh answer by its own clock; who cannot is told why it is stale.
    const asked = await verify(mesh, OTHER, identifier);
    assert.deepEqual([asked.freshness?.fresh, asked.freshness?.fromHome], [true, true]);
    assert.ok(asked.freshness!.knownUpTo!.getTime() <= Date.now());
    await mesh.cut(HOME);
    t.after(() => mesh.heal(HOME));
    const stale = await verify(mesh, OTHER, identifier);
    assert.equal(stale.status, LicenceStatus.VALID);
    assert.deepEqual([stale.freshness?.fresh, stale.freshness?.staleReason], [false, 'CLOCK_OFFSET']);
    await mesh.heal(HOME);
    await holds({ clockOff: [HOME] });
  },
);
