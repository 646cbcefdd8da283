import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cityAtProvinceAcls } from './acls.ts';

const mayWrite = (principal: string, topic: string) =>
  cityAtProvinceAcls('440300', 'mirror.440300').some(
    ({ principal: who, resource, name, pattern, operations }) =>
      who === principal &&
      resource === 'TOPIC' &&
      operations.includes('WRITE') &&
      (pattern === 'LITERAL' ? topic === name : topic.startsWith(name)),
  );

test('a city writes its own three topics and nothing else below lianzheng.', () => {
  for (const log of ['status', 'catalog', 'access']) {
    assert.ok(mayWrite('mirror.440300', `lianzheng.${log}.440300`));
    assert.ok(!mayWrite('mirror.440300', `lianzheng.${log}.440100`));
    assert.ok(!mayWrite('mirror.440300', `lianzheng.${log}.4403001`));
    assert.ok(!mayWrite('440300', `lianzheng.${log}.440300`));
  }
});

test('the bookkeeping of another MirrorMaker is out of reach', () => {
  assert.ok(mayWrite('mirror.440300', 'mm2-offsets.440300.internal'));
  assert.ok(!mayWrite('mirror.440300', 'mm2-offsets.440100.internal'));
});
