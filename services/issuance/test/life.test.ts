import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { versionOf } from '@lianzheng/licence';
import { type Licence, RevocationKind } from '@lianzheng/proto/issuance/v1/issuance';
import { LicenceState, Operation } from '@lianzheng/proto/log/v1/leaf';
import { type Client, createMesh, foodLicence, header, MARKET } from './harness.ts';
import { refused } from './refused.ts';

const parts = new AsyncDisposableStack();
let mesh: Awaited<ReturnType<typeof createMesh>>;
let market: Client;
let exchange: Client;
before(async () => {
  mesh = await createMesh(parts);
  market = await mesh.as(MARKET);
  exchange = await mesh.as('exchange');
});
after(() => parts.disposeAsync());

const head = () => header(mesh.clock);

async function issued(data = foodLicence()): Promise<Licence> {
  return (await market.issueLicence({ header: head(), data })).licence!;
}

async function history(identifier: string) {
  const { histories } = await exchange.getStatuses({ identifiers: [identifier] });
  return histories[0]!.records.map(({ body }) => body!);
}

const suspend = (identifier: string) =>
  market.suspendLicence({ header: head(), identifier, reasonCode: 'PENALTY' });

test('suspended and resumed: revisions grow, every entry says all of the version', async () => {
  const { identifier, jws, data } = await issued();
  const suspended = (await suspend(identifier)).licence!;
  assert.equal(suspended.state, LicenceState.SUSPENDED);
  assert.equal(suspended.revision, 2);
  assert.equal(suspended.jws, jws);
  assert.deepEqual(suspended.data, data);
  const resumed = await market.resumeLicence({ header: head(), identifier, reasonCode: 'RECTIFIED' });
  assert.equal(resumed.licence!.state, LicenceState.IN_FORCE);
  const [first, second, third] = await history(identifier);
  assert.deepEqual(
    [first, second, third].map((body) => [body!.revision, body!.operation, body!.reasonCode]),
    [
      [1, Operation.ISSUE, ''],
      [2, Operation.SUSPEND, 'PENALTY'],
      [3, Operation.RESUME, 'RECTIFIED'],
    ],
  );
  assert.deepEqual(second!.holderCommitments, first!.holderCommitments);
  assert.deepEqual(third!.forms, first!.forms);
});

test('what a state forbids is refused, naming the state', async () => {
  const { identifier } = await issued();
  await assert.rejects(
    market.resumeLicence({ header: head(), identifier, reasonCode: 'RECTIFIED' }),
    refused('FAILED_PRECONDITION', 'STATE_FORBIDS', { facts: { state: 'IN_FORCE' } }),
  );
  const kinds: [RevocationKind, string, LicenceState][] = [
    [RevocationKind.ANNUL, 'DECEPTION', LicenceState.ANNULLED],
    [RevocationKind.REVOKE, 'SERIOUS_BREACH', LicenceState.REVOKED],
    [RevocationKind.WITHDRAW, 'LAW_CHANGED', LicenceState.WITHDRAWN],
  ];
  for (const [kind, reasonCode, state] of kinds) {
    const other = await issued();
    const answer = await market.revokeLicence({
      header: head(),
      identifier: other.identifier,
      kind,
      reasonCode,
    });
    assert.equal(answer.licence!.state, state);
    await assert.rejects(suspend(other.identifier), refused('FAILED_PRECONDITION', 'STATE_FORBIDS'));
    const voided = await market.voidLicence({
      header: head(),
      identifier: other.identifier,
      reasonCode: 'MADE_IN_ERROR',
    });
    assert.equal(voided.licence!.state, LicenceState.VOID);
  }
});

test('reasons are codes of the operation, listed when another one is given', async () => {
  const { identifier } = await issued();
  await assert.rejects(
    market.suspendLicence({ header: head(), identifier, reasonCode: '张三举报' }),
    refused('INVALID_ARGUMENT', undefined, { field: 'reason_code' }),
  );
  await assert.rejects(
    market.cancelLicence({ header: head(), identifier, reasonCode: 'REPLACED' }),
    refused('INVALID_ARGUMENT', undefined, { field: 'reason_code' }),
  );
  await assert.rejects(
    market.revokeLicence({ header: head(), identifier, kind: RevocationKind.UNSPECIFIED, reasonCode: '' }),
    refused('INVALID_ARGUMENT', undefined, { field: 'kind' }),
  );
});

test('changed with the same number: the next version', async () => {
  const former = await issued();
  const data = {
    ...former.data!,
    holders: [{ ...former.data!.holders[0]!, name: '海岑市新榕树餐饮有限公司' }],
  };
  const request = { header: head(), identifier: former.identifier, data, reasonCode: 'HOLDER_CHANGED' };
  const { licence, replaced } = await market.changeLicence(request);
  assert.equal(replaced, undefined);
  assert.equal(versionOf(licence!.identifier), 2);
  assert.equal(licence!.revision, 2);
  assert.equal(licence!.data!.holders[0]!.name, '海岑市新榕树餐饮有限公司');
  const again = (await market.changeLicence(request)).licence!;
  // Its number in the log may have come meanwhile.
  assert.deepEqual({ ...again, sequence: undefined }, licence);

  const found = await market.getLicence({ identifier: former.identifier, caseNumber: 'HC', officer: 'li' });
  assert.deepEqual(found.versions, [former.identifier, licence!.identifier]);
  assert.deepEqual(found.licence!.data, former.data);
  assert.equal(found.licence!.jws, former.jws);
  assert.equal(found.licence!.revision, 2);
  await assert.rejects(
    market.changeLicence({ ...request, header: head() }),
    refused('FAILED_PRECONDITION', 'VERSION_NOT_CURRENT', { facts: { current: licence!.identifier } }),
  );
});

test('changed with another number: a new identifier that replaces the old one, in one transaction', async () => {
  const former = await issued();
  const data = { ...former.data!, licenceNumber: foodLicence().licenceNumber };
  const { licence, replaced } = await market.changeLicence({
    header: head(),
    identifier: former.identifier,
    data,
    reasonCode: 'ITEM_CHANGED',
  });
  assert.deepEqual(licence!.replaces, [former.identifier]);
  assert.equal(licence!.revision, 1);
  assert.equal(replaced!.identifier, former.identifier);
  assert.equal(replaced!.state, LicenceState.CANCELLED);
  assert.deepEqual(replaced!.data, former.data);
  const ending = (await history(former.identifier)).at(-1)!;
  assert.deepEqual([ending.operation, ending.reasonCode], [Operation.CANCEL, 'REPLACED']);
  const [beginning] = await history(licence!.identifier);
  assert.deepEqual(beginning!.replaces, [former.identifier]);
  const taken = await issued();
  await assert.rejects(
    market.changeLicence({
      header: head(),
      identifier: licence!.identifier,
      data: { ...data, licenceNumber: taken.data!.licenceNumber },
      reasonCode: 'ITEM_CHANGED',
    }),
    refused('ALREADY_EXISTS', 'LICENCE_NUMBER_TAKEN', { facts: { identifier: taken.identifier } }),
  );
});

test('renewed also after expiry; then it is changed again', async () => {
  const { identifier, data } = await issued(
    foodLicence({ issuedOn: '2020-01-01', validFrom: '2020-01-01', validTo: '2024-12-31' }),
  );
  await assert.rejects(
    suspend(identifier),
    refused('FAILED_PRECONDITION', 'STATE_FORBIDS', { facts: { state: 'EXPIRED' } }),
  );
  const { licence } = await market.renewLicence({
    header: head(),
    identifier,
    validFrom: '2026-03-02',
    validTo: '2031-03-01',
    printedForms: [],
  });
  assert.equal(versionOf(licence!.identifier), 2);
  assert.deepEqual(licence!.data, {
    ...data,
    issuedOn: '2026-03-02',
    validFrom: '2026-03-02',
    validTo: '2031-03-01',
    printedForms: [],
  });
  await suspend(licence!.identifier);
  await assert.rejects(
    market.renewLicence({
      header: head(),
      identifier: licence!.identifier,
      validFrom: '2026-03-02',
      validTo: '2099-03-01',
      printedForms: [],
    }),
    refused('INVALID_ARGUMENT', undefined, { field: 'valid_to' }),
  );
});

test('many commands on one licence at once take turns', async () => {
  const { identifier } = await issued();
  const commands = Array.from({ length: 20 }, (_, n) =>
    n % 2 === 0
      ? suspend(identifier)
      : market.resumeLicence({ header: head(), identifier, reasonCode: 'RECTIFIED' }),
  );
  const outcomes = await Promise.allSettled(commands);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') refused('FAILED_PRECONDITION', 'STATE_FORBIDS')(outcome.reason);
  }
  const bodies = await history(identifier);
  assert.equal(bodies.length, 1 + outcomes.filter(({ status }) => status === 'fulfilled').length);
  assert.deepEqual(
    bodies.map(({ revision }) => revision),
    bodies.map((_, n) => n + 1),
  );
});

test('changes of one licence at once: one after the other, each decided anew', async () => {
  const former = await issued();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, (_, n) =>
      market.changeLicence({
        header: head(),
        identifier: former.identifier,
        data: { ...former.data!, holders: [{ ...former.data!.holders[0]!, name: `公司${n}` }] },
        reasonCode: 'CORRECTION',
      }),
    ),
  );
  const done = outcomes.filter(({ status }) => status === 'fulfilled');
  assert.equal(done.length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') refused('FAILED_PRECONDITION', 'VERSION_NOT_CURRENT')(outcome.reason);
  }
});

test('it takes effect when it was decided, and never later than it was recorded', async () => {
  const decidedAt = new Date('2026-02-01T03:00:00Z');
  const { licence } = await market.issueLicence({
    header: header(mesh.clock, { decidedAt }),
    data: foodLicence(),
  });
  const ahead = new Date(mesh.clock.nowMs() + 2_000);
  await market.suspendLicence({
    header: header(mesh.clock, { decidedAt: ahead }),
    identifier: licence!.identifier,
    reasonCode: 'PENALTY',
  });
  const [first, second] = await history(licence!.identifier);
  assert.deepEqual(first!.effectiveAt, decidedAt);
  assert.deepEqual(first!.recordedAt, mesh.clock.now());
  assert.deepEqual(second!.effectiveAt, second!.recordedAt);
});

test('an unknown licence and an identifier that is none', async () => {
  const { identifier } = await issued();
  const unknown = identifier.replace('.001.', '.002.').slice(0, -1);
  for (const check of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    const outcome = suspend(`${unknown}${check}`);
    await assert.rejects(outcome, (error: { code: string }) => /NOT_FOUND|INVALID_ARGUMENT/.test(error.code));
  }
  await assert.rejects(
    market.getLicence({ identifier: '1.2.3', caseNumber: '', officer: '' }),
    refused('INVALID_ARGUMENT', undefined, { field: 'identifier' }),
  );
  const { histories } = await exchange.getStatuses({ identifiers: [] });
  assert.deepEqual(histories, []);
});

test('a request id may be used again after 90 days', async () => {
  const { identifier } = await issued();
  const requestId = 'once-a-season';
  await market.suspendLicence({
    header: header(mesh.clock, { requestId }),
    identifier,
    reasonCode: 'PENALTY',
  });
  const resume = { identifier, reasonCode: 'RECTIFIED' };
  await assert.rejects(
    market.resumeLicence({ header: header(mesh.clock, { requestId }), ...resume }),
    refused('ALREADY_EXISTS', 'REQUEST_ID_REUSED'),
  );
  mesh.clock.advance(91 * 86_400_000);
  const { sweepRequests } = await import('../src/store/requests.ts');
  const { KEPT_MS } = await import('../src/sweep.ts');
  const before = new Date(mesh.clock.nowMs() - KEPT_MS);
  assert.ok((await mesh.database.tx((tx) => sweepRequests(tx, before, 5_000))) > 0);
  await market.resumeLicence({ header: header(mesh.clock, { requestId }), ...resume });
});
