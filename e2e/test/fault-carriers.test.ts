import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { deleteRecordsBefore, type MirrorMaker } from '@lianzheng/deploy-kafka';
import { type ClusterAddress, clientAt, ensureTopics, topicEnds } from '@lianzheng/kafka/cluster-admin';
import { AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';
import { ownSize, untilHeld, untilPublished } from '../harness/entries.ts';
import { inMidBatch, tornCopies } from '../harness/held-batch.ts';
import {
  alarmsAt,
  checkInvariants,
  clusterOf,
  type Load,
  logLink,
  type Mesh,
  startLoad,
  startMesh,
  verify,
  waitUntil,
} from '../harness/index.ts';
import { watchLinks } from '../harness/link-claims.ts';
import { writeOversizedRecord } from '../harness/oversized-record.ts';
import { sequencesIn, untilTopicGrows } from '../harness/topic-reader.ts';

const PROVINCE = '440000';
const HOME = '440100';
const OTHER = '440300';
const CITIES = [HOME, OTHER];
const statusOf = (node: string) => `lianzheng.status.${node}`;

/** What takes a second on a machine at rest may take this long on a crowded one. */
const SOON_MS = 120_000;
const TEST = { timeout: 600_000 };

let dir: string;
let mesh: Mesh;
let load: Load;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-carriers-'));
  mesh = await startMesh({ dir });
  load = await startLoad(mesh, { commandsPerSecond: 3, questionsPerSecond: 3 });
});

after(async () => {
  await load?.stop();
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Under load for a moment longer; then all that must hold, and the load goes on. */
async function holds(): Promise<void> {
  await bothIssue(4);
  await checkInvariants(mesh, load, { timeoutMs: 120_000 });
  load.start();
}

async function bothIssue(commands: number): Promise<void> {
  await Promise.all(CITIES.map((node) => load.acknowledged(node, commands, SOON_MS)));
}

/** Kafka and MirrorMaker bring new records from each city to the other. */
async function carriedBothWays(timeoutMs = SOON_MS): Promise<void> {
  await Promise.all([
    untilTopicGrows(mesh.node(OTHER).kafka, statusOf(HOME), timeoutMs),
    untilTopicGrows(mesh.node(HOME).kafka, statusOf(OTHER), timeoutMs),
  ]);
}

/** The MirrorMaker beside HOME, as soon as one runs. */
function runningMirror(): Promise<MirrorMaker> {
  return waitUntil(() => mesh.node(HOME).mirror!.mirror(), { timeoutMs: SOON_MS, what: 'a MirrorMaker' });
}

/** Undoes a fault when it is called, at the latest when the test ends. */
function undoing(t: TestContext, undo: () => Promise<void> | void): () => Promise<void> {
  let done: Promise<void> | undefined;
  const once = () => {
    done ??= (async () => undo())();
    return done;
  };
  t.after(once);
  return once;
}

test(
  'an exchange killed in the middle of a batch comes back with whole copies and goes on where it stood',
  TEST,
  async () => {
    const places = [
      { after: 'followed_entry', before: 'topic_position' },
      { after: 'followed_log', before: 'followed_entry' },
    ];
    for (const place of places) {
      await inMidBatch(mesh.node(OTHER), place, () => mesh.node(OTHER).kill9());
      assert.deepEqual(await tornCopies(mesh.node(OTHER)), []);
      await load.acknowledged(HOME, 12, SOON_MS);
      await mesh.node(OTHER).start();
    }
    await mesh.node(OTHER).ready(SOON_MS);
    await holds();
  },
);

test(
  'the Kafka of a city is killed: it goes on issuing, the others learn of it, and publication resumes',
  TEST,
  async (t) => {
    const { kafka } = mesh.node(HOME);
    const from = await ownSize(mesh, HOME);
    const restart = undoing(t, () => kafka.restart());
    await kafka.kill9();
    await load.acknowledged(HOME, 8, SOON_MS);
    const issued = await ownSize(mesh, HOME);
    assert.ok(issued > from);
    await untilHeld(mesh, [PROVINCE, OTHER], HOME, issued, SOON_MS);
    await restart();
    await untilPublished(mesh, HOME, from, SOON_MS);
    await carriedBothWays();
    await holds();
  },
);

test(
  'the Kafka of the province is killed: both cities go on, and all is carried again afterwards',
  TEST,
  async (t) => {
    const { kafka } = mesh.node(PROVINCE);
    const restart = undoing(t, () => kafka.restart());
    await kafka.kill9();
    await bothIssue(6);
    await untilHeld(mesh, [PROVINCE, OTHER], HOME, await ownSize(mesh, HOME), SOON_MS);
    await restart();
    await carriedBothWays();
    await holds();
  },
);

test('a MirrorMaker that is killed is started again and goes on', TEST, async () => {
  const killed = await runningMirror();
  await killed.kill9();
  const started = await waitUntil(
    async () => {
      const mirror = await runningMirror();
      return mirror !== killed && mirror;
    },
    { timeoutMs: SOON_MS, what: 'MirrorMaker started again' },
  );
  assert.notEqual(started.pid, killed.pid);
  await carriedBothWays();
  await holds();
});

test(
  'a failed task of MirrorMaker is told, alarmed and restarted; meanwhile repair brings the entries',
  TEST,
  async (t) => {
    const home = mesh.node(HOME);
    const restarts = home.mirror!.restarts();
    const alarms = (await alarmsAt(mesh, PROVINCE, AlarmKind.CARRIER)).length;
    const poison = await writeOversizedRecord(home, statusOf(HOME));
    const remove = undoing(t, () => deleteRecordsBefore(home.kafka, statusOf(HOME), poison + 1n));
    const task = async () => {
      const { links } = await mesh.clients(PROVINCE, 'operator').exchange.listLinks({});
      return links
        .find(({ node }) => node === HOME)
        ?.carriers.find(({ connector, task }) => connector === 'MirrorSourceConnector' && task === 0);
    };
    const failed = await waitUntil(
      async () => {
        const said = await task();
        return said?.state === 'FAILED' && said;
      },
      { timeoutMs: SOON_MS, what: 'a failed task in the links of the province' },
    );
    assert.equal(failed.flow, `${HOME}->${PROVINCE}`);
    assert.match(failed.trace, /Exception/);
    const told = await waitUntil(async () => (await alarmsAt(mesh, PROVINCE, AlarmKind.CARRIER))[0], {
      timeoutMs: SOON_MS,
      what: 'an alarm about the carrier',
    });
    assert.equal(told.node, HOME);
    await waitUntil(() => home.mirror!.restarts() > restarts + 1, {
      timeoutMs: SOON_MS,
      what: 'MirrorMaker started again, twice',
    });

    // Nothing behind the record comes by Kafka now.
    const repairs = (await logLink(mesh, PROVINCE, HOME, 'status')).repairs;
    await load.acknowledged(HOME, 5, SOON_MS);
    const issued = await ownSize(mesh, HOME);
    await untilHeld(mesh, [PROVINCE, OTHER], HOME, issued, SOON_MS);
    await waitUntil(async () => (await logLink(mesh, PROVINCE, HOME, 'status')).repairs > repairs, {
      timeoutMs: SOON_MS,
      what: 'repairs counted at the province',
    });
    assert.ok(!(await sequencesIn(mesh.node(PROVINCE), statusOf(HOME))).includes(issued - 1));
    assert.ok(
      (await alarmsAt(mesh, PROVINCE, AlarmKind.CARRIER)).length <= alarms + 1,
      'one alarm, not one a restart',
    );

    await remove();
    await carriedBothWays();
    await waitUntil(async () => (await task())?.state === 'RUNNING', {
      timeoutMs: SOON_MS,
      what: 'a task that runs',
    });
    await holds();
  },
);

test('a link cut for longer than the topic is kept: the gap is noticed and fetched', TEST, async (t) => {
  const home = mesh.node(HOME);
  const heal = undoing(t, () => mesh.heal(HOME));
  await mesh.cut(HOME);
  const from = await ownSize(mesh, HOME);
  const followers = await Promise.all(
    [PROVINCE, OTHER].map(async (node) => ({ node, before: await logLink(mesh, node, HOME, 'status') })),
  );
  await load.acknowledged(HOME, 10, SOON_MS);
  const to = await ownSize(mesh, HOME);
  await untilPublished(mesh, HOME, from, SOON_MS);
  await deleteRecordsBefore(home.kafka, statusOf(HOME), (await topicEnds(home.kafka, statusOf(HOME)))!.next);
  // What it has read already would still be carried.
  await (await runningMirror()).kill9();
  await heal();

  for (const { node, before } of followers) {
    await untilHeld(mesh, [node], HOME, to, SOON_MS);
    const counted = async () => {
      const { repairs, repairedEntries } = await logLink(mesh, node, HOME, 'status');
      return repairs > before.repairs && repairedEntries >= before.repairedEntries + BigInt(to - from);
    };
    await waitUntil(counted, { timeoutMs: SOON_MS, what: `repairs of ${to - from} entries at ${node}` });
  }
  await carriedBothWays();
  const carried = await sequencesIn(mesh.node(PROVINCE), statusOf(HOME));
  assert.deepEqual(
    carried.filter((sequence) => sequence >= from && sequence < to),
    [],
    'what was deleted never came by Kafka',
  );
  await holds();
});

test(
  'a link cut for 20 s: everybody says how old his knowledge is, and all flows again seconds after it is healed',
  TEST,
  async (t) => {
    await load.acknowledged(HOME, 1, SOON_MS);
    const watch = watchLinks(mesh);
    t.after(watch.stop);
    const cutAtMs = Date.now();
    const heal = undoing(t, () => mesh.heal(HOME));
    await mesh.cut(HOME);
    const lost = load.kept.licences.values().find(({ node }) => node === HOME)!;
    await waitUntil(() => Date.now() - cutAtMs > 21_000, { timeoutMs: 30_000, what: 'a cut of 21 s' });
    for (const node of [PROVINCE, OTHER]) {
      const { fresh, secondsBehind } = await logLink(mesh, node, HOME, 'status');
      assert.equal(fresh, false);
      assert.ok(secondsBehind! > 18, `${node} is ${secondsBehind} s behind`);
      const { freshness } = await verify(mesh, node, lost.identifier);
      assert.equal(freshness?.fresh, false);
    }
    await load.acknowledged(HOME, 5, SOON_MS);
    await heal();
    await carriedBothWays(30_000);
    await watch.stop();
    await holds();
    assert.deepEqual(await watch.falseClaims(load), []);
  },
);

test(
  'MirrorMaker stands still: nobody claims to know what he does not, and repair brings the entries',
  TEST,
  async (t) => {
    const watch = watchLinks(mesh);
    t.after(watch.stop);
    const mirror = await runningMirror();
    const resume = undoing(t, mirror.resume);
    mirror.pause();
    await load.acknowledged(HOME, 8, SOON_MS);
    const issued = await ownSize(mesh, HOME);
    await untilHeld(mesh, [PROVINCE, OTHER], HOME, issued, SOON_MS);
    assert.ok(!(await sequencesIn(mesh.node(PROVINCE), statusOf(HOME))).includes(issued - 1));
    await resume();
    await carriedBothWays();
    await watch.stop();
    await holds();
    assert.deepEqual(await watch.falseClaims(load), []);
  },
);

test(
  'Kafka stands still in a city and at the province: issuing goes on, and nobody claims to know what he does not',
  TEST,
  async (t) => {
    const watch = watchLinks(mesh);
    t.after(watch.stop);
    const brokers = [HOME, PROVINCE].map((node) => mesh.node(node).kafka);
    const from = await ownSize(mesh, HOME);
    const pausedAtMs = Date.now();
    const resume = undoing(t, () => {
      for (const broker of brokers) broker.resume();
    });
    for (const broker of brokers) broker.pause();
    await bothIssue(8);
    await untilHeld(mesh, [PROVINCE, OTHER], HOME, await ownSize(mesh, HOME), SOON_MS);
    // Longer than clients wait for an answer.
    await waitUntil(() => Date.now() - pausedAtMs > 12_000, { timeoutMs: 30_000, what: 'a pause of 12 s' });
    await resume();
    await untilPublished(mesh, HOME, from, SOON_MS);
    await carriedBothWays();
    await watch.stop();
    await holds();
    assert.deepEqual(await watch.falseClaims(load), []);
  },
);

test('with its certificate a city writes its own topics at the province and no others', TEST, async () => {
  const { tls } = await clusterOf(mesh.node(HOME));
  const bootstrap = mesh.node(PROVINCE).kafka.meshes[CITIES.indexOf(HOME)]!;
  const atProvince: ClusterAddress = { bootstrap, tls };
  await send(atProvince, statusOf(HOME));
  for (const topic of [statusOf(OTHER), statusOf(PROVINCE), `lianzheng.catalog.${PROVINCE}`])
    await assert.rejects(send(atProvince, topic), /not authorized/i);
  await assert.rejects(
    ensureTopics(atProvince, ['lianzheng.status.440900']),
    /not authorized|creation errors/i,
  );
});

async function send(at: ClusterAddress, topic: string): Promise<void> {
  const producer = clientAt(at, 'intruder').producer({ allowAutoTopicCreation: false });
  try {
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ value: Buffer.from('not a record') }] });
  } finally {
    await producer.disconnect();
  }
}

test('who shows no certificate is refused by Kafka before it says a word', TEST, async () => {
  const ca = await readFile(join(mesh.node(HOME).dir, 'certs/ca.pem'), 'utf8');
  for (const address of [mesh.node(HOME).kafka.bootstrap, ...mesh.node(PROVINCE).kafka.meshes]) {
    const [host, port] = address.split(':');
    const refused = new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host, port: Number(port), ca, checkServerIdentity: () => undefined });
      socket.setTimeout(SOON_MS, () => reject(new Error(`${address} neither answers nor refuses`)));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.once('close', () => resolve('closed'));
    });
    assert.match(await refused, /CERTIFICATE_REQUIRED|BAD_CERTIFICATE/, address);
  }
});
