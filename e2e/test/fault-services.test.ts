// A city of one process for each service, and one that joins without ever having had a connection.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { GuardedProcess } from '@lianzheng/deploy-process';
import { LicenceStatus, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import {
  checkInvariants,
  type Load,
  type Mesh,
  seen,
  startLoad,
  startMesh,
  verify,
  waitUntil,
} from '../harness/index.ts';
import { startStandbyIssuance } from '../harness/standby.ts';
import { querySuperuser } from '../harness/superuser.ts';

const PROVINCE = '440000';
const CITY = '440100';
const LATER = '440300';

/** What takes a second on a machine at rest may take this long on a crowded one. */
const SOON_MS = 120_000;
const TEST = { timeout: 600_000 };

let dir: string;
let mesh: Mesh;
let load: Load;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-services-'));
  mesh = await startMesh({ dir, modes: { [CITY]: 'mesh' }, later: [LATER] });
  load = await startLoad(mesh, { homes: [CITY] });
});

after(async () => {
  await load?.stop();
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

// Whatever the test before left behind.
beforeEach(() => load.start());

/** Under load for a moment longer; then all that must hold, and the load goes on. */
async function holds(): Promise<void> {
  await load.acknowledged(CITY, 3, SOON_MS);
  await checkInvariants(mesh, load, { timeoutMs: SOON_MS });
  load.start();
}

const askCity = <R extends object>(sql: string, values?: unknown[]) =>
  querySuperuser<R>(mesh.node(CITY).databaseUrl, sql, values);

async function untilRefused(by: RegExp): Promise<void> {
  const refused = () => [...load.refusals.keys()].some((reason) => by.test(reason));
  await waitUntil(refused, {
    timeoutMs: SOON_MS,
    what: () => `refused by ${by}: ${JSON.stringify([...load.refusals])}`,
  });
}

test('one process for each service: what is issued is known everywhere', TEST, async () => {
  const { identifier } = await load.issue(CITY);
  for (const node of [CITY, PROVINCE]) await seen(mesh, node, identifier, LicenceStatus.VALID, SOON_MS);
  await holds();
});

test(
  'signature away: issuing is refused and leaves its intent only, verifying goes on, and the same request completes',
  TEST,
  async () => {
    const { identifier: before } = await load.issue(CITY);
    await seen(mesh, PROVINCE, before, LicenceStatus.VALID, SOON_MS);
    const bringBack = mesh.node(CITY).keepAway('signature');
    const requestId = 'signature-away';
    const issuing = load.issue(CITY, requestId);
    const row = async () =>
      (
        await askCity<{ intent: boolean; licence_id: string | null }>(
          'SELECT intent IS NOT NULL AS intent, licence_id FROM issuance.request WHERE request_id = $1',
          [requestId],
        )
      )[0];
    const versions = async () =>
      (await askCity<{ count: number }>('SELECT count(*)::int AS count FROM issuance.licence_version'))[0]!
        .count;
    try {
      await untilRefused(/^UNAVAILABLE/);
      await waitUntil(async () => (await row())?.intent, { timeoutMs: SOON_MS, what: 'the intent' });
      const stored = await versions();
      for (const node of [CITY, PROVINCE]) {
        const answer = await verify(mesh, node, before);
        assert.deepEqual([answer.outcome, answer.freshness?.fresh], [Outcome.FOUND, true], node);
      }
      assert.deepEqual(await row(), { intent: true, licence_id: null });
      assert.equal(await versions(), stored, 'nothing is issued without a signature');
    } finally {
      bringBack();
    }
    const { identifier } = await issuing;
    assert.ok((await row())?.licence_id);
    await seen(mesh, PROVINCE, identifier, LicenceStatus.VALID, SOON_MS);
    await holds();
  },
);

test(
  'killed between sequence and signature: the same entries are signed after the restart',
  TEST,
  async () => {
    const { identifier } = await load.issue(CITY);
    const unsigned = async () => {
      const [head] = await askCity<{ unsigned: number }>(
        'SELECT (size - integrated_size)::int AS unsigned FROM issuance.log_head',
      );
      return head!.unsigned > 0;
    };
    mesh.node(CITY).pause('signature');
    try {
      // Needs no document, so nothing but the log waits for the signature.
      await load.suspend(identifier);
      await waitUntil(unsigned, { timeoutMs: SOON_MS, what: 'a sequenced entry without a signature' });
      await mesh.node(CITY).kill9('issuance');
      assert.ok(await unsigned());
    } finally {
      mesh.node(CITY).resume('signature');
    }
    await mesh.node(CITY).ready(SOON_MS);
    await seen(mesh, PROVINCE, identifier, LicenceStatus.SUSPENDED, SOON_MS);
    await holds();
  },
);

test(
  'issuance killed again and again at any moment: it comes back by itself, nothing acknowledged is lost',
  TEST,
  async () => {
    for (let round = 0; round < 3; round += 1) {
      await load.acknowledged(CITY, 3, SOON_MS);
      // The moment is what is random here.
      await delay(Math.random() * 300);
      await mesh.node(CITY).kill9('issuance');
    }
    await holds();
  },
);

test('audit away: everything goes on, and afterwards every access has its one entry', TEST, async () => {
  const bringBack = mesh.node(CITY).keepAway('audit');
  try {
    const answered = () => load.kept.answered.get(CITY)?.size ?? 0;
    const before = answered();
    await load.acknowledged(CITY, 5, SOON_MS);
    await waitUntil(() => answered() >= before + 5, { timeoutMs: SOON_MS, what: 'questions answered' });
    const [waiting] = await askCity<{ count: number }>(
      'SELECT count(*)::int AS count FROM exchange.access_waiting',
    );
    assert.ok(waiting!.count >= 5, `${waiting!.count} entries wait for audit`);
  } finally {
    bringBack();
  }
  await mesh.node(CITY).ready(SOON_MS);
  await holds();
});

test(
  'a relay loses its lock, stands still and is woken: its epoch is gone, and it takes no more commands',
  TEST,
  async () => {
    await load.settle(SOON_MS);
    const { epoch, pid } = await tenure();
    await loseLock(pid);
    await standStill(pid);
    await overtaken(epoch);
  },
);

test(
  'a relay stands still until its connection is gone and is woken: another one has the log',
  TEST,
  async () => {
    await load.settle(SOON_MS);
    const { epoch, pid } = await tenure();
    await standStill(pid);
    await askCity('SELECT pg_terminate_backend($1)', [pid]);
    await overtaken(epoch);
  },
);

/** The first issuance stands still without its lock; a second one takes the log, the first is woken, the second dies. */
async function overtaken(epoch: number): Promise<void> {
  const standby: GuardedProcess = await startStandbyIssuance(mesh.node(CITY));
  try {
    await waitUntil(async () => (await tenure()).epoch === epoch + 1, {
      timeoutMs: SOON_MS,
      what: 'the second takes the log',
    });
    mesh.node(CITY).resume('issuance');
    // At rest, so that nothing but epoch and lock tells the first one.
    await waitUntil(async () => !(await mesh.node(CITY).serves('issuance')), {
      timeoutMs: SOON_MS,
      what: 'the first takes no more commands',
    });
    load.start();
    await untilRefused(/^UNAVAILABLE LOG_RECOVERING$/);
    assert.equal((await tenure()).epoch, epoch + 1, 'the second is not disturbed');
  } finally {
    mesh.node(CITY).resume('issuance');
    await standby.stop('SIGKILL');
  }
  await mesh.node(CITY).ready(SOON_MS);
  await holds();
}

/** The epoch of the head, and the backend that holds the status log's lock. */
function tenure(): Promise<{ epoch: number; pid: number }> {
  const ask = async () =>
    (
      await askCity<{ epoch: number; pid: number }>(
        `SELECT epoch::int, pid FROM issuance.log_head, pg_locks JOIN pg_stat_activity USING (pid)
          WHERE locktype = 'advisory' AND granted AND datname = current_database()
            AND application_name = $1`,
        [`issuance ${CITY}`],
      )
    )[0];
  return waitUntil(ask, { timeoutMs: SOON_MS, what: 'somebody holds the log' });
}

/** The backend gives up its locks while its connection lives, at its next update of the head, as behind some poolers. */
async function loseLock(pid: number): Promise<void> {
  await askCity(`
    CREATE FUNCTION public.lose_lock() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_unlock_all();
      RETURN NEW;
    END $$;
    CREATE TRIGGER lose_lock BEFORE UPDATE ON issuance.log_head
      FOR EACH ROW WHEN (pg_backend_pid() = ${pid}) EXECUTE FUNCTION public.lose_lock()`);
  const held = () => askCity("SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = $1", [pid]);
  await waitUntil(async () => (await held()).length === 0, { timeoutMs: SOON_MS, what: 'the lock is lost' });
  await askCity('DROP TRIGGER lose_lock ON issuance.log_head; DROP FUNCTION public.lose_lock()');
}

/** Pauses issuance while its relay is between two transactions, so that it holds up nobody else. */
async function standStill(pid: number): Promise<void> {
  await waitUntil(
    async () => {
      mesh.node(CITY).pause('issuance');
      const [backend] = await askCity<{ state: string }>(
        'SELECT state FROM pg_stat_activity WHERE pid = $1',
        [pid],
      );
      if (backend?.state === 'idle') return true;
      mesh.node(CITY).resume('issuance');
      return false;
    },
    { timeoutMs: SOON_MS, what: 'the relay stands still between two transactions' },
  );
}

test(
  'first start with no connection at all: it issues and verifies its own, and after the heal everything arrives',
  TEST,
  async () => {
    const { identifier: elsewhere } = await load.issue(CITY);
    await mesh.cut(LATER);
    const joined = await mesh.join(LATER);
    const { identifier } = await load.issue(LATER);
    await load.suspend(identifier);
    const own = await verify(mesh, LATER, identifier);
    assert.deepEqual([own.status, own.freshness?.fresh], [LicenceStatus.SUSPENDED, true]);
    const unknown = await verify(mesh, LATER, elsewhere);
    assert.deepEqual([unknown.outcome, unknown.freshness?.fresh], [Outcome.UNKNOWN, false]);
    assert.equal(unknown.freshness?.staleReason, 'NEVER_HEARD');
    const { links } = await joined.clients('operator').exchange.listLinks({});
    const status = links.find(({ node }) => node === CITY)?.logs.find(({ log }) => log === 'status');
    assert.equal(status?.ownerSize, undefined, 'unknown is not zero');

    await mesh.heal(LATER);
    for (const node of [PROVINCE, CITY])
      await seen(mesh, node, identifier, LicenceStatus.SUSPENDED, 2 * SOON_MS);
    await seen(mesh, LATER, elsewhere, LicenceStatus.VALID, 2 * SOON_MS);
    await load.resume(identifier);
    await holds();
  },
);
