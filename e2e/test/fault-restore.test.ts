import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deleteRecordsBefore } from '@lianzheng/deploy-kafka';
import { topicEnds } from '@lianzheng/kafka/cluster-admin';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { LicenceStatus, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { RecoveryFindingKind } from '@lianzheng/proto/issuance/v1/issuance';
import { isMeshError } from '@lianzheng/rpc/errors';
import {
  type Backup,
  backUp,
  checkInvariants,
  clusterOf,
  type Desk,
  type Load,
  logLink,
  loseMemory,
  type Mesh,
  openDesk,
  seen,
  startGeneration,
  startLoad,
  startMesh,
  verify,
  waitUntil,
} from '../harness/index.ts';

const PROVINCE = '440000';
const CITY = '440100';
const OTHER = '440300';
const ALL = [PROVINCE, CITY, OTHER];
const TOPIC = `lianzheng.status.${CITY}`;

let dir: string;
let mesh: Mesh;
let load: Load;
let desk: Desk;
const strangers: string[] = [];
let accessGeneration = 1;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-restore-'));
  mesh = await startMesh({ dir });
  load = await startLoad(mesh);
  desk = await openDesk(mesh, CITY);
});

after(async () => {
  await load?.stop();
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function holds(): Promise<void> {
  load.start();
  await Promise.all([CITY, OTHER].map((node) => load.acknowledged(node, 5)));
  await checkInvariants(mesh, load, { strangers, restored: [CITY] });
}

async function backedUp(name: string): Promise<Backup> {
  await load.settle();
  await mesh.node(CITY).stop();
  const backup = await backUp(mesh.node(CITY), name);
  await mesh.node(CITY).start();
  await mesh.node(CITY).ready();
  load.start();
  return backup;
}

/** The access log stays at home, so nobody can give its tail back: the operator begins a new generation of it. */
async function renewAccessLog(): Promise<void> {
  await startGeneration(mesh, PROVINCE, { node: CITY, log: 'access', generation: accessGeneration });
  accessGeneration += 1;
  for (const at of [PROVINCE, OTHER])
    await waitUntil(
      async () => {
        const link = await logLink(mesh, at, CITY, 'access');
        return link.generation === accessGeneration && link.verifiedSize > 0n && !link.stopped;
      },
      { timeoutMs: 40_000, what: `generation ${accessGeneration} of the access log at ${at}` },
    );
}

const issuedAt = (node: string) =>
  [...load.kept.licences.values()].filter((licence) => licence.node === node).map((it) => it.identifier);

let firstBackup: Backup;

test('a log restored from an old backup: its owner recovers the tail, lists what was lost, gives no identifier out again', async () => {
  await load.acknowledged(CITY, 10);
  firstBackup = await backedUp('first');
  const before = new Set(issuedAt(CITY));
  await load.acknowledged(CITY, 20);
  const lost = await desk.issue('lost after the backup');
  strangers.push(lost);
  await load.settle();
  await mesh.rootsAgree();
  await mesh.node(CITY).stop();
  const reentered = [...issuedAt(CITY).filter((identifier) => !before.has(identifier)), lost];
  await firstBackup.restore();
  load.start();
  await mesh.node(CITY).start();
  await mesh.node(CITY).ready();

  const { findings } = await mesh.clients(CITY, 'operator').issuance.listRecoveryFindings({});
  for (const { kind } of findings) assert.equal(kind, RecoveryFindingKind.REENTER);
  const listed = new Set(findings.map(({ identifier }) => identifier));
  const unlisted = reentered.filter((identifier) => !listed.has(identifier));
  assert.deepEqual(unlisted, [], 'licences whose data is gone are listed');
  await assert.rejects(desk.issue('lost after the backup'), (error) => {
    assert.ok(isMeshError(error));
    assert.deepEqual([error.code, error.reason], ['ALREADY_EXISTS', 'LICENCE_NUMBER_TAKEN']);
    return true;
  });
  for (const node of ALL) await seen(mesh, node, lost, LicenceStatus.VALID);
  await holds();
  await renewAccessLog();
});

test('the same, and the memory of the last signature is gone too', async () => {
  load.start();
  await load.acknowledged(CITY, 5);
  await load.settle();
  await mesh.rootsAgree();
  await mesh.node(CITY).stop();
  await firstBackup.restore();
  for (const log of ['status', 'catalog']) await loseMemory(mesh.node(CITY), log);
  load.start();
  await mesh.node(CITY).start();
  await mesh.node(CITY).ready();
  await holds();
  await renewAccessLog();
});

test('restored, and nobody has the tail: no command is taken until operators begin a new generation', async (t) => {
  t.after(() => mesh.heal(CITY));
  const backup = await backedUp('second');
  await load.acknowledged(CITY, 5);
  const old = await desk.issue();
  strangers.push(old);
  for (const node of ALL) await seen(mesh, node, old, LicenceStatus.VALID);
  await load.settle();
  await mesh.rootsAgree();
  const others = await startLoad(mesh, { homes: [OTHER] });
  t.after(() => others.stop());

  const { ownLog } = mesh.clients(CITY, 'operator');
  const log = { node: CITY, log: 'status', generation: 0 };
  const cluster = await clusterOf(mesh.node(CITY));
  await mesh.cut(CITY);
  const known = Number((await ownLog.status.getHead({ log })).size);
  const lost = [await desk.issue(), await desk.issue(), await desk.issue()];
  await waitUntil(async () => Number((await ownLog.status.getHead({ log })).size) >= known + 3, {
    timeoutMs: 20_000,
    what: 'three licences that nobody else hears of',
  });
  await mesh.node(CITY).stop();
  await deleteRecordsBefore(cluster, TOPIC, (await topicEnds(cluster, TOPIC))!.next);
  await backup.restore();
  await mesh.node(CITY).start();
  const asked = ['asked while the log is stuck', randomUUID(), new Date()] as const;
  const askedAgain = () => desk.issue(...asked);
  await stuckBecause('0 others answered');
  await takesNoCommand(askedAgain);
  await mesh.heal(CITY);
  await stuckBecause('1 others answered');
  await takesNoCommand(askedAgain);

  const { generation, lastCheckpoint } = await startGeneration(mesh, PROVINCE, { node: CITY, log: 'status' });
  assert.equal(generation, 2);
  assert.equal(parseLogCheckpoint(parseNote(lastCheckpoint).text).size, known, 'where the old one ended');
  await mesh.node(CITY).ready();
  // The intent of what was refused stands, and the same request completes it.
  const next = await askedAgain();
  strangers.push(next);
  for (const at of [PROVINCE, OTHER]) {
    const answer = await seen(mesh, at, next, LicenceStatus.VALID, 60_000);
    assert.equal(answer.freshness?.generation, 2, 'freshness names the generation');
    const before = await seen(mesh, at, old, LicenceStatus.VALID, 60_000);
    assert.equal(before.freshness?.fromHome, false, 'old licences still verify');
    assert.ok((await verify(mesh, at, old, { withProof: true })).proof, 'with proof');
    for (const identifier of lost)
      assert.equal((await verify(mesh, at, identifier)).outcome, Outcome.NOT_FOUND);
  }
  strangers.push(...others.kept.licences.keys());
  await others.settle();
  assert.deepEqual(others.kept.takeFaults(), []);
  strangers.push(...others.kept.licences.keys());
  await holds();
  await renewAccessLog();
});

async function stuckBecause(why: string): Promise<void> {
  const file = join(mesh.node(CITY).dir, 'node.log');
  const said = new RegExp(`own log status cannot be recovered: .*; ${why}`);
  await waitUntil(async () => said.test(await readFile(file, 'utf8')), {
    timeoutMs: 30_000,
    everyMs: 100,
    what: `the log of ${CITY} says why it is stuck: ${why}`,
  });
}

/** Health says so, and whoever tries is told why; other services go on. */
async function takesNoCommand(command: () => Promise<string>): Promise<void> {
  const reason = await waitUntil(
    async () => {
      const refused = await command().catch((error: unknown) => error);
      assert.ok(isMeshError(refused, 'UNAVAILABLE'), String(refused));
      // On the way there a node that starts may still read its catalogue.
      return refused.reason.startsWith('REGISTRY_') ? undefined : refused.reason;
    },
    { timeoutMs: 20_000, what: 'a refusal' },
  );
  assert.equal(reason, 'LOG_RECOVERING');
  await assert.rejects(mesh.node(CITY).ready(1_000), /issuance of 440100 serves/);
}
