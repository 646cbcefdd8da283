import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GetPublicStatusResponse, LicenceStatus, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { internal, invalidArgument, MeshError, meshCodes, unavailable } from '@lianzheng/rpc/errors';
import fc from 'fast-check';
import { problemOf } from './problem.ts';
import { publicStatus } from './public-status.ts';

const found: GetPublicStatusResponse = {
  identifier: '1.2.156…',
  outcome: Outcome.FOUND,
  status: LicenceStatus.SUSPENDED,
  validFrom: '2024-01-01',
  validTo: '',
  typeName: '食品经营许可证',
  freshness: {
    node: '440300',
    generation: 1,
    size: 7n,
    knownUpTo: new Date('2026-03-01T08:00:00.000Z'),
    ageMs: 1_500n,
    fresh: true,
    staleReason: '',
    fromHome: false,
  },
};

test('a status is answered with its Chinese name, 长期 as such', () => {
  assert.deepEqual(publicStatus(found), {
    identifier: '1.2.156…',
    outcome: 'FOUND',
    outcomeText: '查到 / found',
    status: 'SUSPENDED',
    statusText: '暂扣 / suspended',
    typeName: '食品经营许可证',
    validFrom: '2024-01-01',
    validTo: null,
    unlimited: true,
    freshness: {
      node: '440300',
      knownUpTo: '2026-03-01T08:00:00.000Z',
      ageMs: 1_500,
      fresh: true,
      staleReason: null,
      fromHome: false,
    },
  });
});

test('nothing is said of a licence that was not found, and nothing is fresh without a word', () => {
  for (const outcome of [Outcome.NOT_FOUND, Outcome.UNKNOWN, Outcome.LOG_STOPPED, 99 as Outcome]) {
    const { status, validFrom, validTo, unlimited, typeName, freshness } = publicStatus({
      ...found,
      outcome,
      freshness: undefined,
    });
    assert.deepEqual([status, validFrom, validTo, unlimited, typeName], [null, null, null, null, null]);
    assert.equal(freshness.fresh, false);
  }
});

test('every status has a name; one of a newer release has none and is not taken for valid', () => {
  const all = Object.values(LicenceStatus).filter((status) => typeof status === 'number' && status > 0);
  for (const status of all) assert.notEqual(publicStatus({ ...found, status }).statusText, null, `${status}`);
  assert.equal(publicStatus({ ...found, status: 77 as LicenceStatus }).status, null);
});

test('faults of our own say nothing; refusals name the field', () => {
  assert.deepEqual(problemOf(internal('select * from holder')), {
    type: 'urn:lianzheng:problem:internal',
    title: '内部错误 / Internal error',
    status: 500,
  });
  const refused = problemOf(invalidArgument({ field: 'identifier', description: '第3位' }, undefined, 'BAD'));
  assert.deepEqual(refused.errors, [{ field: 'identifier', detail: '第3位' }]);
  assert.equal(problemOf(unavailable('LOG_RECOVERING', 'postgres at 10.0.0.3')).detail, undefined);
  fc.assert(
    fc.property(fc.constantFrom(...meshCodes), fc.string(), (code, message) => {
      const told = problemOf(new MeshError(code, message));
      assert.ok(told.status >= 400 && told.status <= 504);
      if (told.status >= 500) assert.equal(told.detail, undefined);
    }),
  );
});
