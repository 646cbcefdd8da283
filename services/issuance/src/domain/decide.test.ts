import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseIdentifier } from '@lianzheng/identifier';
import { decideTransition, readCanonicalLicence, statusAt, versionOf } from '@lianzheng/licence';
import { LicenceType, SerialRule } from '@lianzheng/proto/catalog/v1/objects';
import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import { LicenceState, Operation, type StatusBody } from '@lianzheng/proto/log/v1/leaf';
import fc from 'fast-check';
import { decideChange } from './decide-change.ts';
import { decideIssue } from './decide-issue.ts';
import { decideRenew } from './decide-renew.ts';
import { decideStatus } from './decide-status.ts';
import type { Draft } from './draft.ts';
import type { KnownLicence } from './known-licence.ts';
import type { Plan } from './plan.ts';
import { isRefusal } from './refusal.ts';
import { formDigests, versionBody } from './status-body.ts';

const now = new Date('2026-03-02T04:00:00Z');
const times = { decidedAt: now, now };
let drawn = 0;
function drawBytes(size: number): Buffer {
  drawn += 1;
  return Buffer.alloc(size, drawn);
}

function draftOf(number: string, changes: Partial<Draft> = {}): Draft {
  return {
    type: {
      ...LicenceType.decode(new Uint8Array()),
      code: '11440000YH0000026K003',
      name: '食品经营许可证',
      serialRule: SerialRule.RANDOM,
      forms: ['ORIGINAL'],
    },
    issuerCode: '11440300YH0003024J',
    issuerName: '海岑市市场监督管理局',
    data: {
      typeCode: '11440000YH0000026K003',
      licenceNumber: number,
      issuedOn: '2026-03-01',
      validFrom: '2026-03-01',
      validTo: '2031-02-28',
      holders: [{ name: '甲', codeKind: '001', code: '91310000MA7CX0HM9U' }],
      items: {},
      printedForms: [],
    },
    numberIndex: createHash('sha256').update(number).digest(),
    reasonCode: '',
    randomBytes: drawBytes,
    intent: undefined,
    ...changes,
  };
}

function planned(outcome: Plan | { code: string }): Plan {
  assert.ok(!isRefusal(outcome), JSON.stringify(outcome));
  return outcome as Plan;
}

function standing(plan: Plan, licenceId = 1): KnownLicence {
  const body = versionBody(plan.body, formDigests(plan.forms, Buffer.alloc(32)), [], times);
  return { licenceId, newest: body, numberIndex: plan.numberIndex };
}

const reason = (outcome: unknown) => (isRefusal(outcome) ? outcome.reason : 'none');

test('an attempt that was cut off goes on with the identifier and salt that it drew', () => {
  const first = planned(decideIssue(undefined, draftOf('A1')));
  const again = planned(decideIssue(undefined, draftOf('A1', { intent: first.payload })));
  assert.equal(again.body.identifier, first.body.identifier);
  assert.deepEqual(again.payload, first.payload);
  assert.notEqual(planned(decideIssue(undefined, draftOf('A1'))).body.identifier, first.body.identifier);
});

test('a taken number is refused, naming the newest identifier', () => {
  const licence = standing(planned(decideIssue(undefined, draftOf('A1'))));
  const outcome = decideIssue(licence, draftOf('A1'));
  assert.ok(isRefusal(outcome));
  assert.equal(outcome.metadata.identifier, licence.newest.identifier);
});

test('a change keeps the serial or replaces the licence, as its number says', () => {
  const licence = standing(planned(decideIssue(undefined, draftOf('A1'))));
  const { identifier } = licence.newest;
  const same = planned(decideChange(identifier, licence, licence, draftOf('A1'), now));
  assert.equal(parseIdentifier(same.body.identifier).serial, parseIdentifier(identifier).serial);
  assert.equal(versionOf(same.body.identifier), 2);
  assert.deepEqual(same.base, { licenceId: 1, revision: 1 });

  const other = planned(decideChange(identifier, licence, undefined, draftOf('B2'), now));
  assert.notEqual(parseIdentifier(other.body.identifier).serial, parseIdentifier(identifier).serial);
  assert.deepEqual(other.body.replaces, [identifier]);
  assert.deepEqual(readCanonicalLicence(other.payload).replaces, [identifier]);

  const taken = standing(planned(decideIssue(undefined, draftOf('C3'))), 2);
  assert.equal(reason(decideChange(identifier, licence, taken, draftOf('C3'), now)), 'LICENCE_NUMBER_TAKEN');
});

test('an intent drawn for a state that has passed is not used', () => {
  const licence = standing(planned(decideIssue(undefined, draftOf('A1'))));
  const { identifier } = licence.newest;
  const second = planned(decideChange(identifier, licence, licence, draftOf('A1'), now));
  const moved = standing(second);
  const third = planned(
    decideChange(second.body.identifier, moved, moved, draftOf('A1', { intent: second.payload }), now),
  );
  assert.equal(versionOf(third.body.identifier), 3);
  assert.notDeepEqual(third.payload, second.payload);
});

test('a licence whose data was lost is entered again by a change and cannot be renewed', () => {
  const licence = { ...standing(planned(decideIssue(undefined, draftOf('A1')))), numberIndex: undefined };
  const { identifier } = licence.newest;
  const entered = planned(decideChange(identifier, licence, undefined, draftOf('A1'), now));
  assert.equal(versionOf(entered.body.identifier), 2);
  assert.equal(reason(decideRenew(identifier, licence, () => undefined, now)), 'DATA_LOST');
});

test('the last version number is 999', () => {
  const licence = standing(planned(decideIssue(undefined, draftOf('A1'))));
  const parts = parseIdentifier(licence.newest.identifier);
  const plan = planned(decideIssue(undefined, draftOf('A1')));
  const identifier = `1.2.156.3005.2.${parts.typeCode}.${parts.issuerCode}.${parts.serial}.999.0`;
  const last = { ...standing(plan), newest: { ...licence.newest, identifier } };
  assert.equal(reason(decideChange(identifier, last, last, draftOf('A1'), now)), 'VERSIONS_EXHAUSTED');
});

test('whatever the commands: revisions have no gap, the state follows the table, the answer fits', () => {
  const operations = fc.constantFrom(
    ...[Operation.SUSPEND, Operation.RESUME, Operation.CANCEL, Operation.ANNUL],
    ...[Operation.REVOKE, Operation.WITHDRAW, Operation.VOID, Operation.CHANGE, Operation.RENEW],
  );
  fc.assert(
    fc.property(fc.array(operations, { maxLength: 12 }), (commands) => {
      let licence = standing(planned(decideIssue(undefined, draftOf('A1'))));
      const history: StatusBody[] = [licence.newest];
      for (const operation of commands) {
        const { identifier, state } = licence.newest;
        const outcome =
          operation === Operation.CHANGE
            ? decideChange(identifier, licence, licence, draftOf('A1'), now)
            : operation === Operation.RENEW
              ? decideRenew(identifier, licence, () => draftOf('A1'), now)
              : decideStatus(identifier, licence, { operation, reasonCode: '' }, times);
        const allowed = decideTransition(state, operation);
        assert.equal(isRefusal(outcome), !allowed.ok);
        if (isRefusal(outcome) || !allowed.ok) continue;
        licence = 'payload' in outcome ? standing(outcome) : { ...licence, newest: outcome };
        assert.equal(licence.newest.state, allowed.state);
        history.push(licence.newest);
      }
      assert.deepEqual(
        history.map(({ revision }) => revision),
        history.map((_, n) => n + 1),
      );
      const answer = statusAt(history, licence.newest.identifier, { now });
      const inForce = licence.newest.state === LicenceState.IN_FORCE;
      assert.equal(answer?.status === LicenceStatus.VALID, inForce);
    }),
  );
});
