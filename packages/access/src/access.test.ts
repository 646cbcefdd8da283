import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessBody } from '@lianzheng/proto/audit/v1/audit';
import { MeshError, permissionDenied, unavailable } from '@lianzheng/rpc/errors';
import fc from 'fast-check';
import { type AccessInput, accessLimits, encodeAccess, resultOf } from './access.ts';
import { accessOf, actionOf } from './call-access.ts';

const at = new Date('2026-03-02T01:02:03.004Z');
const least: AccessInput = {
  at,
  caller: 'lianzheng://440300/department/d1',
  action: 'exchange.VerifyLicence',
  result: 'OK',
};

test('whatever a caller sends becomes an entry of bounded size that reads as it was written', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 400 });
  const input = fc.record({
    departmentCode: text,
    caseNumber: text,
    matterCode: text,
    officer: text,
    subjects: fc.array(text, { maxLength: 20 }),
  });
  fc.assert(
    fc.property(input, (facts) => {
      const body = AccessBody.decode(encodeAccess({ ...least, ...facts }));
      assert.equal(body.at?.getTime(), at.getTime());
      const pairs = [
        [facts.caseNumber, body.caseNumber],
        [facts.officer, body.officer],
        ...facts.subjects.map((subject, i) => [subject, body.subjects[i]]),
      ] as [string, string][];
      for (const [given, kept] of pairs) {
        if (given.length <= accessLimits.characters) assert.equal(kept, given.toWellFormed());
        else assert.ok(kept.length <= accessLimits.characters && kept.endsWith('…'));
      }
    }),
  );
});

test('too many subjects are counted, not lost without a word', () => {
  const subjects = Array.from({ length: accessLimits.subjects + 5 }, (_, i) => `s${i}`);
  const kept = AccessBody.decode(encodeAccess({ ...least, subjects })).subjects;
  assert.equal(kept.length, accessLimits.subjects);
  assert.equal(kept.at(-1), '… 6');
});

test('an entry without time, caller or action is a mistake of ours', () => {
  for (const wrong of [{ at: new Date(Number.NaN) }, { caller: '' }, { action: '' }])
    assert.throws(() => encodeAccess({ ...least, ...wrong }), RangeError);
});

test('results name code and reason, never the message', () => {
  assert.equal(
    resultOf(permissionDenied('ROLE_REQUIRED', '张三 may not')),
    'PERMISSION_DENIED ROLE_REQUIRED',
  );
  assert.equal(resultOf(unavailable('UNAVAILABLE', 'x')), 'UNAVAILABLE');
  assert.equal(resultOf(new MeshError('NOT_FOUND', 'x')), 'NOT_FOUND');
  assert.equal(resultOf(new Error('secret')), 'INTERNAL');
});

test('a call gives caller, department, action and trace; the request may name another department', () => {
  const call = {
    path: '/lianzheng.issuance.v1.IssuanceService/IssueLicence',
    caller: {
      uri: 'lianzheng://440300/department/11440300MB2D00001A',
      node: '440300',
      kind: 'department' as const,
      id: '11440300MB2D00001A',
    },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const access = accessOf(call, { caseNumber: 'C1' }, 'OK', at);
  assert.equal(access.action, 'issuance.IssueLicence');
  assert.equal(access.departmentCode, '11440300MB2D00001A');
  assert.equal(access.traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(accessOf(call, { departmentCode: 'other' }, 'OK', at).departmentCode, 'other');
  assert.equal(actionOf('/grpc.health.v1.Health/Check'), '/grpc.health.v1.Health/Check');
});
