import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIdentifier } from '@lianzheng/identifier';
import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import { LicenceState } from '@lianzheng/proto/log/v1/leaf';
import fc from 'fast-check';
import { certState, resultCode, type StatusEntry, startOfDay, statusAt, versionOf } from './index.ts';

const S = LicenceState;
const noon = (day: string) => new Date(startOfDay(day).getTime() + 12 * 3_600_000);
const now = noon('2025-06-15');
const version = (number: number) =>
  formatIdentifier({
    typeCode: '11100000000013338W011',
    issuerCode: '11430000006122244L',
    serial: '20230000403',
    version: number,
  });

function entry(revision: number, changes: Partial<StatusEntry> = {}): StatusEntry {
  const at = noon(`2025-01-${String(revision).padStart(2, '0')}`);
  return {
    identifier: version(1),
    revision,
    state: S.IN_FORCE,
    validFrom: '2025-01-01',
    validTo: '2026-01-01',
    effectiveAt: at,
    recordedAt: at,
    ...changes,
  };
}

const statusOf = (history: StatusEntry[], of = version(1), asOf?: Date) =>
  statusAt(history, of, { now, asOf })?.status;

test('one version: status by state and day', () => {
  const table: [Partial<StatusEntry>, LicenceStatus][] = [
    [{}, LicenceStatus.VALID],
    [{ validTo: '' }, LicenceStatus.VALID],
    [{ validTo: '2025-06-15' }, LicenceStatus.VALID],
    [{ validTo: '2025-06-14' }, LicenceStatus.EXPIRED],
    [{ validFrom: '2025-06-15' }, LicenceStatus.VALID],
    [{ validFrom: '2025-06-16' }, LicenceStatus.NOT_YET_VALID],
    [{ state: S.SUSPENDED }, LicenceStatus.SUSPENDED],
    [{ state: S.SUSPENDED, validTo: '2025-02-01' }, LicenceStatus.SUSPENDED],
    [{ state: S.SUSPENDED, validFrom: '2025-12-01' }, LicenceStatus.SUSPENDED],
    [{ state: S.CANCELLED, validTo: '2025-02-01' }, LicenceStatus.CANCELLED],
    [{ state: S.ANNULLED }, LicenceStatus.ANNULLED],
    [{ state: S.REVOKED }, LicenceStatus.REVOKED],
    [{ state: S.WITHDRAWN }, LicenceStatus.WITHDRAWN],
    [{ state: S.VOID, validTo: '2025-02-01' }, LicenceStatus.VOID],
  ];
  for (const [changes, expected] of table)
    assert.equal(statusOf([entry(1, changes)]), expected, JSON.stringify(changes));
});

test('it is valid through the last day in Shanghai', () => {
  const history = [entry(1, { validTo: '2025-06-15' })];
  const at = (instant: string) => statusAt(history, version(1), { now: new Date(instant) })?.status;
  assert.equal(at('2025-06-15T15:59:59.999Z'), LicenceStatus.VALID);
  assert.equal(at('2025-06-15T16:00:00.000Z'), LicenceStatus.EXPIRED);
});

test('a newer version supersedes from its first valid day', () => {
  const history = [
    entry(1),
    entry(2, { identifier: version(2), validFrom: '2025-06-16', validTo: '2027-01-01' }),
  ];
  assert.equal(statusOf(history), LicenceStatus.VALID);
  assert.equal(statusOf(history, version(2)), LicenceStatus.NOT_YET_VALID);
  const later = { now: noon('2025-06-16') };
  const answer = statusAt(history, version(1), later);
  assert.equal(answer?.status, LicenceStatus.SUPERSEDED);
  assert.equal(answer?.supersededBy, version(2));
  assert.equal(answer?.validTo, '2026-01-01');
  assert.equal(answer?.revision, 2);
  assert.equal(statusAt(history, version(2), later)?.status, LicenceStatus.VALID);
});

test('superseded stands before suspended and after every ending', () => {
  const history = (state: LicenceState) => [
    entry(1),
    entry(2, { identifier: version(2) }),
    entry(3, { identifier: version(2), state }),
  ];
  assert.equal(statusOf(history(S.SUSPENDED)), LicenceStatus.SUPERSEDED);
  assert.equal(statusOf(history(S.SUSPENDED), version(2)), LicenceStatus.SUSPENDED);
  assert.equal(statusOf(history(S.CANCELLED)), LicenceStatus.CANCELLED);
  assert.equal(statusOf(history(S.VOID)), LicenceStatus.VOID);
});

test('as it was: entries by the time they took effect', () => {
  const history = [
    entry(1),
    entry(2, { state: S.SUSPENDED, effectiveAt: noon('2025-03-01'), recordedAt: noon('2025-03-02') }),
    entry(3, { effectiveAt: noon('2025-04-01'), recordedAt: noon('2025-04-01') }),
    entry(4, { identifier: version(2), effectiveAt: noon('2025-05-01') }),
  ];
  const at = (day: string, of = version(1)) => statusOf(history, of, noon(day));
  assert.equal(at('2024-12-31'), undefined);
  assert.equal(at('2025-02-28'), LicenceStatus.VALID);
  assert.equal(at('2025-03-01'), LicenceStatus.SUSPENDED);
  assert.equal(at('2025-04-01'), LicenceStatus.VALID);
  assert.equal(at('2025-04-30', version(2)), undefined);
  assert.equal(at('2025-05-01'), LicenceStatus.SUPERSEDED);
});

test('without a time, what the home node recorded counts even if its clock runs ahead', () => {
  assert.equal(statusOf([entry(1, { effectiveAt: noon('2025-06-16') })]), LicenceStatus.VALID);
});

test('another identifier is not found', () => {
  assert.equal(statusOf([entry(1)], version(2)), undefined);
  assert.equal(statusOf([]), undefined);
});

test('codes of the standards for every status', () => {
  const table: [LicenceStatus, string, number][] = [
    [LicenceStatus.VALID, '01', 0],
    [LicenceStatus.NOT_YET_VALID, '01', 1],
    [LicenceStatus.EXPIRED, '05', 3],
    [LicenceStatus.SUPERSEDED, '05', 3],
    [LicenceStatus.SUSPENDED, '02', 2],
    [LicenceStatus.CANCELLED, '04', 3],
    [LicenceStatus.ANNULLED, '03', 3],
    [LicenceStatus.REVOKED, '07', 3],
    [LicenceStatus.WITHDRAWN, '99', 3],
    [LicenceStatus.VOID, '05', 3],
    [LicenceStatus.UNSPECIFIED, '', 5],
  ];
  for (const [status, state, result] of table) {
    assert.equal(certState(status), state);
    assert.equal(resultCode(status), result);
  }
});

const days = fc.integer({ min: 0, max: 700 }).map((offset) => {
  const at = new Date(startOfDay('2024-01-01').getTime() + offset * 86_400_000 + 8 * 3_600_000);
  return at.toISOString().slice(0, 10);
});
const histories = fc
  .array(
    fc.record({
      newVersion: fc.boolean(),
      state: fc.constantFrom(S.IN_FORCE, S.SUSPENDED, S.CANCELLED, S.REVOKED, S.VOID),
      validFrom: days,
      validTo: fc.oneof(fc.constant(''), days),
      effective: days,
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((steps) => {
    let number = 1;
    return steps.map(({ newVersion, effective, ...step }, index): StatusEntry => {
      if (newVersion && index > 0) number += 1;
      return entry(index + 1, { ...step, identifier: version(number), effectiveAt: noon(effective) });
    });
  });

test('at most one version is valid, and what supersedes is newer and has begun', () => {
  fc.assert(
    fc.property(histories, days, (history, day) => {
      const at = { now: noon(day) };
      const ids = [...new Set(history.map(({ identifier }) => identifier))];
      const answers = ids.map((id) => statusAt(history, id, at)!);
      const started = history.filter(({ validFrom }) => validFrom <= day).map((e) => versionOf(e.identifier));
      for (const [index, answer] of answers.entries()) {
        assert.equal(answer.revision, history.at(-1)!.revision);
        assert.equal(answer.state, history.at(-1)!.state);
        if (answer.status === LicenceStatus.SUPERSEDED) {
          assert.ok(versionOf(answer.supersededBy) > versionOf(ids[index]!));
          assert.ok(started.includes(versionOf(answer.supersededBy)));
        }
        if (answer.status === LicenceStatus.VALID) assert.equal(answer.supersededBy, '');
      }
      assert.ok(answers.filter(({ status }) => status === LicenceStatus.VALID).length <= 1);
    }),
  );
});

test('what was at T does not depend on what took effect later', () => {
  fc.assert(
    fc.property(histories, days, (history, day) => {
      const asOf = noon(day);
      const until = history.filter((e) => e.effectiveAt! <= asOf);
      for (const { identifier } of history) {
        assert.deepEqual(
          statusAt(history, identifier, { now, asOf }),
          statusAt(until, identifier, { now: asOf }),
        );
      }
    }),
  );
});
