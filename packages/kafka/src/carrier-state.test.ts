import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCarrierState } from './carrier-state.ts';

const at = 1_795_440_805_327;

test('the state of a connector and of a task', () => {
  const running = Buffer.from('{"state":"RUNNING","trace":null,"worker_id":"w","generation":3}');
  assert.deepEqual(parseCarrierState('status-connector-MirrorSourceConnector', running, at), {
    connector: 'MirrorSourceConnector',
    task: undefined,
    state: 'RUNNING',
    trace: undefined,
    at: new Date(at),
  });
  const failed = Buffer.from(
    '{"state":"FAILED","trace":"RecordTooLargeException: 1\\n\\tat x","worker_id":"w"}',
  );
  const state = parseCarrierState('status-task-MirrorSourceConnector-0', failed, at);
  assert.equal(state?.task, 0);
  assert.equal(state?.state, 'FAILED');
  assert.match(state?.trace ?? '', /^RecordTooLargeException/);
});

test('tombstones, other keys and rubbish say nothing', () => {
  assert.equal(parseCarrierState('status-connector-MirrorSourceConnector', null, at), undefined);
  assert.equal(
    parseCarrierState('status-topic-x:connector-MirrorSourceConnector', Buffer.from('{}'), at),
    undefined,
  );
  fc.assert(
    fc.property(fc.string(), fc.string(), (key, value) => {
      assert.doesNotThrow(() => parseCarrierState(key, Buffer.from(value), at));
    }),
  );
});
