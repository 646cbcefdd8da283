import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LicenceState, Operation } from '@lianzheng/proto/log/v1/leaf';
import { decideTransition, isUnderstood } from './index.ts';

const { ISSUE, CHANGE, RENEW, SUSPEND, RESUME, CANCEL, ANNUL, REVOKE, WITHDRAW, VOID, DOCUMENT } = Operation;
const S = LicenceState;
const operations = [ISSUE, CHANGE, RENEW, SUSPEND, RESUME, CANCEL, ANNUL, REVOKE, WITHDRAW, VOID, DOCUMENT];

/** The state after each of `operations`, in that order; 0 = refused. The whole matrix of interfaces.md §2. */
const matrix: [LicenceState | undefined, number[]][] = [
  [undefined, [S.IN_FORCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  [
    S.IN_FORCE,
    [
      0,
      S.IN_FORCE,
      S.IN_FORCE,
      S.SUSPENDED,
      0,
      S.CANCELLED,
      S.ANNULLED,
      S.REVOKED,
      S.WITHDRAWN,
      S.VOID,
      S.IN_FORCE,
    ],
  ],
  [
    S.SUSPENDED,
    [0, 0, 0, 0, S.IN_FORCE, S.CANCELLED, S.ANNULLED, S.REVOKED, S.WITHDRAWN, S.VOID, S.SUSPENDED],
  ],
  ...[S.CANCELLED, S.ANNULLED, S.REVOKED, S.WITHDRAWN].map((ended): [LicenceState, number[]] => [
    ended,
    [0, 0, 0, 0, 0, 0, 0, 0, 0, S.VOID, 0],
  ]),
  [S.VOID, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
];

test('what leads to what', () => {
  for (const [from, expected] of matrix) {
    const found = operations.map((operation) => {
      const transition = decideTransition(from, operation);
      return transition.ok ? transition.state : 0;
    });
    assert.deepEqual(found, expected, `from ${from}`);
  }
});

test('a refusal names the state', () => {
  assert.deepEqual(decideTransition(S.REVOKED, SUSPEND), { ok: false, obstacle: 'REVOKED' });
  assert.deepEqual(decideTransition(undefined, SUSPEND), { ok: false, obstacle: 'NONE' });
});

test('after expiry it may be renewed and ended, not changed or suspended', () => {
  const after = (operation: Operation) => decideTransition(S.IN_FORCE, operation, { expired: true });
  for (const operation of [CHANGE, SUSPEND])
    assert.deepEqual(after(operation), { ok: false, obstacle: 'EXPIRED' });
  for (const operation of [RENEW, CANCEL, REVOKE, VOID]) assert.equal(after(operation).ok, true);
});

test('every value of this release is understood, others are not', () => {
  for (const operation of operations)
    for (const state of Object.values(S).filter((value) => value !== S.UNSPECIFIED))
      assert.equal(isUnderstood({ operation, state }), true);
  assert.equal(isUnderstood({ operation: 0, state: S.VOID }), false);
  assert.equal(isUnderstood({ operation: 12, state: S.VOID }), false);
  assert.equal(isUnderstood({ operation: VOID, state: 8 }), false);
});
