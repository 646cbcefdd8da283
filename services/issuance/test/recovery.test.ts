// A database that was set back: the log is recovered from elsewhere, the licences are not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessMigrations } from '@lianzheng/access';
import { migrate, openDatabase } from '@lianzheng/db';
import { formatIdentifier } from '@lianzheng/identifier';
import { encodeSide, logMigrations, type OwnerSources } from '@lianzheng/log';
import { RecoveryFindingKind } from '@lianzheng/proto/issuance/v1/issuance';
import { LicenceState, Operation, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { testClock } from '@lianzheng/runtime';
import { issuanceMigrations } from '../src/index.ts';
import { recoveryHooks } from '../src/recovery.ts';
import { findHistories, insertChanges, statusLeaf } from '../src/store/changes.ts';
import { listFindings } from '../src/store/findings.ts';
import { keyOf } from '../src/store/identity.ts';
import { insertLicences } from '../src/store/licences.ts';
import {
  BEGUN,
  type Client,
  callerOf,
  createHome,
  foodLicence,
  type Home,
  header,
  MARKET,
  NODE,
  ready,
  serveIssuance,
  serveSignature,
} from './harness.ts';
import { refused } from './refused.ts';

const shared = new AsyncDisposableStack();
const clock = testClock(BEGUN);
let home: Home;
before(async () => {
  home = await createHome(shared);
});
after(() => shared.disposeAsync());

const log = { node: NODE, log: 'status', generation: 0 };

/** Waits until the log shows `size` entries, and returns it as followers have it. */
async function copyOf(auditor: Client, size: number) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const { entries, checkpoints } = await auditor.getEntries({
      log,
      from: 0n,
      limit: 1_000,
      waitMs: 0,
      afterTime: undefined,
    });
    if (entries.length >= size || Date.now() > deadline) {
      assert.equal(entries.length, size);
      return { entries, checkpoints };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function followersOf({ entries, checkpoints }: Awaited<ReturnType<typeof copyOf>>): OwnerSources {
  return {
    heads: async () => ({ notes: [checkpoints.at(-1)!], answered: 1 }),
    async *entries(_log, from) {
      yield {
        entries: entries
          .map(({ sequence, leaf, holders }) => ({
            sequence: Number(sequence),
            leaf,
            side: encodeSide(holders),
          }))
          .filter(({ sequence }) => sequence >= from),
        checkpoints,
      };
    },
  };
}

test('the log comes back from a follower; lost licences are listed, kept from being issued, and entered again', async () => {
  await using parts = new AsyncDisposableStack();
  const signature = parts.adopt(await serveSignature(home, clock), (it) => it.stop());
  const serve = async (inner: AsyncDisposableStack, databaseUrl: Home, sources?: OwnerSources) => {
    const issuance = inner.adopt(
      await serveIssuance(databaseUrl, clock, signature.address, { sources }),
      (it) => it.stop(),
    );
    const as = async (who: string) =>
      inner.adopt(await callerOf(home, issuance.address, who), (it) => it.close());
    const clients = {
      market: await as(MARKET),
      exchange: await as('exchange'),
      operator: await as('operator/node'),
    };
    await ready(clients.exchange);
    return clients;
  };

  const lostData = foodLicence();
  let lost: string;
  let copy: Awaited<ReturnType<typeof copyOf>>;
  {
    await using inner = new AsyncDisposableStack();
    const { market, operator } = await serve(inner, home);
    const { licence } = await market.issueLicence({ header: header(clock), data: lostData });
    lost = licence!.identifier;
    await market.suspendLicence({ header: header(clock), identifier: lost, reasonCode: 'PENALTY' });
    await market.resumeLicence({ header: header(clock), identifier: lost, reasonCode: 'RECTIFIED' });
    copy = await copyOf(operator, 3);
  }

  // The backup is from before the first licence: an empty database, while the signature service remembers.
  const emptied = { ...home, ...(await home.freshDatabase()) };
  const { market, exchange, operator } = await serve(parts, emptied, followersOf(copy));
  const { histories } = await exchange.getStatuses({ identifiers: [lost] });
  assert.deepEqual(
    histories[0]!.records.map(({ body, sequence }) => [body!.revision, body!.state, sequence]),
    [
      [1, LicenceState.IN_FORCE, 0n],
      [2, LicenceState.SUSPENDED, 1n],
      [3, LicenceState.IN_FORCE, 2n],
    ],
  );
  const { findings } = await operator.listRecoveryFindings({});
  assert.deepEqual(
    findings.map(({ kind, identifier, sequence }) => [kind, identifier, sequence]),
    [[RecoveryFindingKind.REENTER, lost, 2n]],
  );
  assert.equal((await market.listRecoveryFindings({})).findings.length, 1);

  await assert.rejects(
    market.issueLicence({ header: header(clock), data: lostData }),
    refused('ALREADY_EXISTS', 'LICENCE_NUMBER_TAKEN', { facts: { identifier: lost } }),
  );
  const gone = await market.getLicence({ identifier: lost, caseNumber: '1', officer: 'li' });
  assert.equal(gone.licence!.data, undefined);
  await assert.rejects(
    market.renewLicence({
      header: header(clock),
      identifier: lost,
      validFrom: '2026-03-02',
      validTo: '2031-03-01',
      printedForms: [],
    }),
    refused('FAILED_PRECONDITION', 'DATA_LOST'),
  );

  const { licence } = await market.changeLicence({
    header: header(clock),
    identifier: lost,
    data: lostData,
    reasonCode: 'CORRECTION',
  });
  assert.equal(licence!.revision, 4);
  assert.deepEqual(licence!.data, lostData);
  assert.deepEqual((await operator.listRecoveryFindings({})).findings, []);
  assert.deepEqual((await copyOf(operator, 4)).entries.slice(0, 3), copy.entries);
});

test('a waiting entry that contradicts the recovered log is listed and never sequenced', async () => {
  await using parts = new AsyncDisposableStack();
  const urls = await home.freshDatabase();
  const sets = [logMigrations, accessMigrations, issuanceMigrations];
  await migrate({ adminUrl: urls.adminUrl, service: 'issuance', password: 'test', sets });
  const database = parts.adopt(openDatabase({ url: urls.databaseUrl, applicationName: 'test' }), (it) =>
    it.close(),
  );
  const hooks = recoveryHooks({ recovered: () => {}, contradictionsFound: () => {} });
  const identity = { typeCode: '11440000YH0000026K003', issuerCode: MARKET, serial: 'JY1' };
  const identifier = formatIdentifier({ ...identity, version: 1 });
  const bodyOf = (revision: number, state: LicenceState): StatusBody => ({
    ...StatusBody.decode(new Uint8Array()),
    ...identity,
    identifier,
    revision,
    operation: Operation.ISSUE,
    state,
  });
  const leafOf = (body: StatusBody) => statusLeaf(body).leaf;
  const ours = [1, 2, 3].map((revision) => bodyOf(revision, LicenceState.IN_FORCE));
  const ids = await database.tx(async (tx) => {
    const [licenceId] = await insertLicences(tx, [{ ...identity, numberIndex: undefined, revision: 3 }]);
    return insertChanges(
      tx,
      ours.map((body) => ({
        licenceId: licenceId!,
        body,
        holders: [],
        act: { caseNumber: '1', officer: 'li' },
        traceparent: undefined,
      })),
    );
  });
  const waiting = ids.map((id, n) => ({ id, leaf: leafOf(ours[n]!) }));
  assert.deepEqual(await database.tx((tx) => hooks.contradictions(tx, waiting)), []);

  // The log says something else of revision 2: ours and what stands on it contradict it.
  const theirs = bodyOf(2, LicenceState.VOID);
  const recovered = [{ sequence: 7, leaf: leafOf(theirs) }];
  for (let time = 0; time < 2; time += 1) {
    await database.tx((tx) => hooks.recovered(tx, recovered));
    const histories = await database.read((reader) => findHistories(reader, [identity]));
    assert.deepEqual(
      histories.get(keyOf(identity))!.map(({ body, sequence }) => [body.state, sequence]),
      [
        [LicenceState.IN_FORCE, undefined],
        [LicenceState.VOID, 7],
      ],
    );
  }
  assert.deepEqual(await database.tx((tx) => hooks.contradictions(tx, waiting)), ids.slice(1));
  const findings = await database.read((reader) => listFindings(reader, MARKET));
  assert.deepEqual(
    findings.map(({ kind, body }) => [kind, StatusBody.decode(body).revision]),
    [
      ['reenter', 2],
      ['contradiction', 2],
      ['contradiction', 3],
    ],
  );
  assert.deepEqual(await database.read((reader) => listFindings(reader, '11440300YH0003032D')), []);
});
