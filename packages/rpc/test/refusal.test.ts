import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMeshError, type RefusedCall, unavailable } from '../src/index.ts';
import { using, usingUri } from './certificates.ts';
import { connectEcho, paths, startEcho } from './echo.ts';

test('what was refused, to whom and why is told before the answer leaves', async (t) => {
  const refused: RefusedCall[] = [];
  let answered = false;
  const { server } = await startEcho(t, {
    async beforeRefusal(call) {
      await new Promise(setImmediate);
      assert.equal(answered, false);
      refused.push(call);
    },
  });
  const client = connectEcho(t, server.address, { tls: using });
  await assert.rejects(client.fail({ how: 'state' }), (error) => isMeshError(error, 'FAILED_PRECONDITION'));
  answered = true;
  const [first] = refused;
  assert.equal(refused.length, 1);
  assert.equal(first?.caller?.uri, usingUri);
  assert.deepEqual(first?.request, { how: 'state' });
  assert.equal(first?.error.reason, 'LICENCE_CANCELLED');

  answered = false;
  await assert.rejects(client.wait({}), (error) => isMeshError(error, 'PERMISSION_DENIED'));
  const [, second] = refused;
  assert.equal(second?.path, paths.wait);
  assert.equal(second?.caller?.uri, usingUri);
  assert.equal(second?.request, undefined);
});

test('a refusal that cannot be recorded is answered by what the recorder says', async (t) => {
  const { server } = await startEcho(t, {
    beforeRefusal: () => Promise.reject(unavailable('ACCESS_NOT_RECORDED', '访问无法记录 / not recorded')),
  });
  const client = connectEcho(t, server.address);
  await assert.rejects(
    client.fail({ how: 'state' }),
    (error) => isMeshError(error, 'UNAVAILABLE') && error.reason === 'ACCESS_NOT_RECORDED',
  );
});
