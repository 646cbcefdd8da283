import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mock, test } from 'node:test';
import { patchPendingRequests } from './pending-requests.ts';

patchPendingRequests();
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');

test('an idle queue sets no timer; waiting requests are looked at again, throttled ones when their time has come', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const queue = new RequestQueue({ requestTimeout: 1_000, logger: { debug() {} } });
  queue.scheduleCheckPendingRequests();
  assert.equal(queue.throttleCheckTimeoutId, null);

  const check = mock.method(queue, 'checkPendingRequests', () => {});
  queue.pending.push({});
  queue.scheduleCheckPendingRequests();
  queue.scheduleCheckPendingRequests();
  mock.timers.tick(10);
  assert.equal(check.mock.callCount(), 1);

  queue.throttledUntil = Date.now() + 500;
  queue.scheduleCheckPendingRequests();
  mock.timers.tick(499);
  assert.equal(check.mock.callCount(), 1);
  mock.timers.tick(1);
  assert.equal(check.mock.callCount(), 2);
  mock.timers.reset();
});
