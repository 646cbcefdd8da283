import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  createAccessWriter,
  type ForwarderOptions,
  recordAccess,
  recordAccesses,
  startForwarder,
} from '@lianzheng/access';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { askHealth, isMeshError } from '@lianzheng/rpc';
import {
  channelAs,
  clientAs,
  clock,
  databaseOf,
  enrol,
  eventually,
  logger,
  serveAudit,
  serveSignature,
  serving,
  uris,
} from './harness.ts';
import { anyAccess, verification } from './records.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres?.stop());

const access = (n: number) => ({ ...verification, at: new Date(), subjects: [`S${n}`] });

function forwarding(
  t: { after(fn: () => Promise<void>): void },
  options: Pick<ForwarderOptions, 'database' | 'audit'>,
) {
  const forwarder = startForwarder({ ...options, service: 'exchange', clock, logger, idleMs: 20 });
  t.after(() => forwarder.stop());
  return forwarder;
}

test('entries wait while audit is away, then all arrive, each once', async (t) => {
  const home = await enrol(t, postgres);
  const database = await databaseOf(t, home, 'exchange');
  const audit = await clientAs(t, home, uris.exchange);
  const writer = createAccessWriter(database);
  const first = forwarding(t, { database, audit });
  await Promise.all(Array.from({ length: 3_000 }, (_, n) => writer.record(access(n))));
  assert.equal(await first.backlog(), 3_000);

  await serveSignature(t, home);
  const service = await serveAudit(t, home);
  // A second forwarder of the same service: a process that was restarted while the old one still runs.
  const second = forwarding(t, { database, audit });
  await database.tx((tx) => recordAccess(tx, [access(3_000), access(3_001)]));
  await eventually(async () => ((await second.backlog()) === 0 ? true : undefined), 'nothing waits');
  await service.stop();

  await serveAudit(t, home);
  const auditor = await clientAs(t, home, uris.auditor);
  const found = new Set<string>();
  let pageToken = '';
  do {
    const page = await eventually(
      () =>
        auditor
          .listAccesses({ ...anyAccess, action: verification.action, limit: 500, pageToken })
          .catch(unavailable),
      'audit answers again',
    );
    for (const { body } of page.accesses) {
      const subject = body!.subjects[0]!;
      assert.equal(found.has(subject), false, `${subject} is there twice`);
      found.add(subject);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  assert.equal(found.size, 3_002);
});

function unavailable(error: unknown): undefined {
  if (!isMeshError(error, 'UNAVAILABLE')) throw error;
}

test('an entry that rolls back with its transaction is none', async (t) => {
  const home = await enrol(t, postgres);
  const database = await databaseOf(t, home, 'exchange');
  const work = database.tx(async (tx) => {
    await recordAccess(tx, [access(1)]);
    throw new Error('the command failed');
  });
  await assert.rejects(work, /the command failed/);
  const forwarder = forwarding(t, { database, audit: await clientAs(t, home, uris.exchange) });
  assert.equal(await forwarder.backlog(), 0);
});

test('a row that audit refuses is set aside and holds up no other', async (t) => {
  const home = await serving(t, postgres);
  const database = await databaseOf(t, home, 'exchange');
  const audit = await clientAs(t, home, uris.exchange);
  await database.tx(async (tx) => {
    await recordAccess(tx, [access(1)]);
    await tx.execute(
      "INSERT INTO access_waiting (salt, body) VALUES (decode(repeat('00', 16), 'hex'), 'no AccessBody')",
    );
    await recordAccess(tx, [access(2)]);
  });
  forwarding(t, { database, audit });
  const rows = await eventually(async () => {
    const left = await database.read((reader) =>
      reader.rows<{ refused: string | null }>('SELECT refused FROM access_waiting'),
    );
    return left.length === 1 && left[0]?.refused ? left : undefined;
  }, 'only the refused row is left');
  assert.match(rows[0]!.refused!, /records\[0\]\.body/);
  const auditor = await clientAs(t, home, uris.auditor);
  const { accesses } = await auditor.listAccesses({ ...anyAccess, action: verification.action });
  assert.deepEqual(accesses.flatMap(({ body }) => body!.subjects).sort(), ['S1', 'S2']);
});

test('in a round of reads a bad entry harms nobody else', async (t) => {
  const home = await enrol(t, postgres);
  const database = await databaseOf(t, home, 'exchange');
  const bad = { ...access(2), at: new Date(Number.NaN) };
  const outcomes = await recordAccesses(database, [access(1), bad, access(3)]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome instanceof RangeError),
    [false, true, false],
  );
  // A row that the database alone refuses: the batch fails as a whole and is tried again row by row.
  await database.tx((tx) =>
    tx.execute('ALTER TABLE access_waiting ADD CHECK (octet_length(body) < 400) NOT VALID'),
  );
  const long = { ...access(5), officer: 'o'.repeat(250), caseNumber: 'c'.repeat(250) };
  const second = await recordAccesses(database, [access(4), long, access(6)]);
  assert.deepEqual(
    second.map((outcome) => outcome === undefined),
    [true, false, true],
  );
  const count = await database.read((reader) => reader.row('SELECT count(*) AS count FROM access_waiting'));
  assert.deepEqual(count, { count: 4 });
});

test('without a signature service entries are taken and wait for their numbers', async (t) => {
  const home = await enrol(t, postgres);
  await serveAudit(t, home);
  const channel = await channelAs(t, home, uris.auditor);
  const health = () => askHealth(channel, 'lianzheng.audit.v1.AuditService');
  assert.equal(await health(), 'NOT_SERVING');
  const database = await databaseOf(t, home, 'exchange');
  await database.tx((tx) => recordAccess(tx, [access(1)]));
  const forwarder = forwarding(t, { database, audit: await clientAs(t, home, uris.exchange) });
  await eventually(async () => ((await forwarder.backlog()) === 0 ? true : undefined), 'audit took it');
  const auditor = await clientAs(t, home, uris.auditor);
  const subject = 'S1';
  const waiting = await auditor.listAccesses({ ...anyAccess, subject });
  assert.deepEqual(
    waiting.accesses.map(({ sequence, generation }) => [sequence, generation]),
    [[undefined, 0]],
  );
  assert.equal(await health(), 'NOT_SERVING');

  await serveSignature(t, home);
  const sequence = await eventually(
    async () => (await auditor.listAccesses({ ...anyAccess, subject })).accesses.at(-1)?.sequence,
    'it has its number',
  );
  assert.equal(sequence, 0n);
  await eventually(async () => ((await health()) === 'SERVING' ? true : undefined), 'audit is ready');
});
