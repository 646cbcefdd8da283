import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosign, formatCheckpoint, signerFromKey, signNote } from '@lianzheng/note';
import fc from 'fast-check';
import { createRegistry, verifierOf } from '../src/index.ts';
import { type KeyPair, keyObject, logKey, object, province, shenzhen } from './objects.ts';

const log = { node: shenzhen, log: 'status' };
const namesOf = (keys: readonly { publicKey: Buffer }[]) =>
  keys.map(({ publicKey }) => publicKey.toString('hex'));
const rawOf = (...pairs: KeyPair[]) => namesOf(pairs.map(({ entry }) => entry));

test('the first key counts as it stands, a later one only when an earlier one endorsed it', () => {
  const first = logKey(log);
  const second = logKey({ ...log, from: 100 }, first);
  const third = logKey({ ...log, from: 200 }, second);
  const unendorsed = logKey({ ...log, from: 300 });
  const byAnother = logKey({ ...log, from: 300 }, logKey(log));
  const registry = createRegistry({ province });
  registry.apply([third, byAnother, unendorsed, second, first].map((key) => keyObject(key)));
  assert.deepEqual(namesOf(registry.logKeys(shenzhen, 'status')), rawOf(first, second, third));
  assert.deepEqual(registry.logKeys(shenzhen, 'access'), []);
});

test('keys registered by another node than the province count for nothing', () => {
  const registry = createRegistry({ province });
  registry.apply([keyObject(logKey(log), shenzhen)]);
  assert.deepEqual(registry.logKeys(shenzhen, 'status'), []);
});

test('an endorsement of a key of another log does not count', () => {
  const catalog = logKey({ node: shenzhen, log: 'catalog' });
  const first = logKey(log);
  const successor = logKey({ ...log, from: 9 }, catalog);
  const registry = createRegistry({ province });
  registry.apply([catalog, first, successor].map((key) => keyObject(key)));
  assert.deepEqual(namesOf(registry.logKeys(shenzhen, 'status')), rawOf(first));
});

test('a pinned key takes the place of the first, whatever is registered', () => {
  const pinned = logKey({ node: province, log: 'catalog' });
  const forged = logKey({ node: province, log: 'catalog' });
  const successor = logKey({ node: province, log: 'catalog', from: 50 }, pinned);
  const registry = createRegistry({ province, pinnedKeys: [pinned.entry] });
  assert.deepEqual(namesOf(registry.logKeys(province, 'catalog')), rawOf(pinned));
  registry.apply([keyObject(forged), keyObject(successor)]);
  assert.deepEqual(namesOf(registry.logKeys(province, 'catalog')), rawOf(pinned, successor));
  const closed = { ...pinned.entry, toSize: 50n };
  registry.apply([object(province, { $case: 'logKey', value: closed })]);
  assert.deepEqual(
    registry.logKeys(province, 'catalog').map(({ toSize }) => toSize),
    [50n, 0n],
  );
});

test('the offline root endorses a key whose predecessor was lost', () => {
  const root = logKey({ node: province, log: 'root' });
  const first = logKey(log);
  const successor = logKey({ ...log, from: 77 }, root);
  const registry = createRegistry({ province, pinnedKeys: [root.entry] });
  registry.apply([keyObject(first), keyObject(successor)]);
  assert.deepEqual(namesOf(registry.logKeys(shenzhen, 'status')), rawOf(first, successor));
});

test('a retired key verifies nothing any more, its successor goes on', () => {
  const first = logKey(log);
  const second = logKey({ ...log, from: 100 }, first);
  const registry = createRegistry({ province });
  registry.apply([keyObject(first), keyObject(second)]);
  registry.apply([object(province, { $case: 'logKey', value: first.entry }, { version: 2, retired: true })]);
  assert.deepEqual(namesOf(registry.logKeys(shenzhen, 'status')), rawOf(second));
});

test('malformed keys are not looked at', () => {
  const registry = createRegistry({ province });
  const short = logKey(log).entry;
  const misnamed = { ...logKey(log).entry, name: `lianzheng/${province}/status/1` };
  registry.apply([
    object(province, { $case: 'logKey', value: { ...short, publicKey: Buffer.alloc(31) } }),
    object(province, { $case: 'logKey', value: misnamed }),
  ]);
  assert.deepEqual(registry.logKeys(shenzhen, 'status'), []);
});

test('a generation of the province’s own catalogue needs the signature of the offline root', async () => {
  const root = logKey({ node: province, log: 'root' });
  const text = formatCheckpoint({
    origin: `lianzheng/${province}/catalog/1`,
    size: 3,
    root: Buffer.alloc(32, 7),
    extensions: [],
  });
  const sign = (key: KeyPair) => signNote(text, [signerFromKey(key.entry.name, key.privateKey)]);
  const entry = (note: string, version: number) =>
    object(
      province,
      {
        $case: 'generation',
        value: {
          node: province,
          log: 'catalog',
          generation: 2,
          lastCheckpoint: Buffer.from(note),
          reason: '恢复 recovery',
        },
      },
      { version },
    );
  const registry = createRegistry({ province, pinnedKeys: [root.entry] });
  registry.apply([entry(await sign(logKey({ node: province, log: 'catalog' })), 1)]);
  assert.equal(registry.generation(province, 'catalog').generation, 1);
  registry.apply([entry(await sign(root), 2)]);
  assert.equal(registry.generation(province, 'catalog').generation, 2);
});

test('witness keys verify cosignatures, the others checkpoints', async () => {
  const text = formatCheckpoint({
    origin: 'lianzheng/440300/status/1',
    size: 1,
    root: Buffer.alloc(32, 1),
    extensions: [],
  });
  const witness = logKey({ node: province, log: 'witness' });
  const line = cosign(text, { name: witness.entry.name, privateKey: witness.privateKey }, 1_700_000_000);
  assert.equal(verifierOf(witness.entry).verify(Buffer.from(text), line.signature), true);
  const key = logKey(log);
  const signature = await signerFromKey(key.entry.name, key.privateKey).sign(Buffer.from(text));
  assert.equal(verifierOf(key.entry).verify(Buffer.from(text), signature), true);
  assert.equal(verifierOf(witness.entry).verify(Buffer.from(text), signature), false);
});

test('which keys count does not depend on the order in which they arrive', () => {
  const keys = [logKey(log)];
  for (const from of [10, 20, 30]) keys.push(logKey({ ...log, from }, keys.at(-1)));
  keys.push(
    logKey({ ...log, from: 15 }),
    logKey({ ...log, from: 5 }, logKey(log)),
    logKey({ ...log, generation: 2 }, keys[1]),
  );
  const objects = keys.map((key) => keyObject(key));
  const expected = createRegistry({ province });
  expected.apply(objects);
  assert.equal(expected.logKeys(shenzhen, 'status').length, 5);
  fc.assert(
    fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (order) => {
      const registry = createRegistry({ province });
      for (const one of order) registry.apply([one]);
      assert.deepEqual(registry.logKeys(shenzhen, 'status'), expected.logKeys(shenzhen, 'status'));
    }),
    { numRuns: 30 },
  );
});
