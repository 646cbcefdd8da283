import assert from 'node:assert/strict';
import { createPublicKey, sign, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { describeCertificate } from '@lianzheng/certificate';
import { openKeystore, openMemory } from '@lianzheng/keystore';
import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import { formatLogCheckpoint, signerFromKey, signNote } from '@lianzheng/note';
import { CatalogBody, type CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { createRegistry, endorsementText, isEndorsed, ROOT_LOG } from '@lianzheng/registry';
import {
  addDepartmentKey,
  type CatalogueSnapshot,
  type EnrolmentErrorCode,
  initNode,
  initProvince,
  installBundle,
  issueCaller,
  layoutOf,
  makeBundle,
  openOfflineRoot,
  ownRegistryObjects,
  parseRequest,
  readNodeIdentity,
  readTrust,
  registryObjects,
} from '../src/index.ts';
import { openNodeKeys } from '../src/node-keys.ts';

const now = new Date('2026-03-01T08:00:00Z');
const department = '11440100YH00010299';

const refusedWith = (code: EnrolmentErrorCode) => (error: { code?: string }) => error.code === code;

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lz-enrolment-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function mesh(t: TestContext) {
  const dir = await folder(t);
  const province = join(dir, '440000');
  const city = join(dir, '440100');
  const rootFile = join(dir, 'apart', 'root.pem');
  const { fingerprint, root } = await initProvince({
    dir: province,
    node: '440000',
    name: '南岭省',
    exchangeAddress: 'exchange.example:42007',
    now,
    rootFile,
    rootPassphrase: 'kept in the safe',
  });
  const { request } = await initNode({
    dir: city,
    node: '440100',
    name: '云渡市',
    exchangeAddress: '127.0.0.1:42104',
    now,
  });
  const objects = [...(await ownRegistryObjects(province)), ...registryObjects(parseRequest(request))];
  const catalogue = async () => snapshotOf(province, objects);
  return { dir, province, city, rootFile, fingerprint, root, request, objects, catalogue };
}

/** The log as the province's catalogue service would have written it. */
async function snapshotOf(province: string, objects: readonly CatalogObject[]): Promise<CatalogueSnapshot> {
  const entries = objects.map((object, index) => {
    const body = CatalogBody.encode({ object: { ...object, version: 1, node: '440000' }, recordedAt: now });
    const subject = `object ${index}`;
    const leaf = {
      format: 1,
      kind: LeafKind.CATALOG,
      critical: false,
      subject,
      body: Buffer.from(body.finish()),
    };
    return { sequence: BigInt(index), leaf: Buffer.from(Leaf.encode(leaf).finish()), holders: [] };
  });
  const hashes = entries.map(({ leaf }) => leafHash(leaf));
  const root = frontierRoot(appendLeafHashes(emptyFrontier(), hashes));
  const origin = { node: '440000', log: 'catalog', generation: 1 } as const;
  const text = formatLogCheckpoint({ ...origin, size: entries.length, root, time: now, previousSize: 0 });
  const key = (await openNodeKeys(province)).findKey('log:catalog')!;
  const note = await signNote(text, [signerFromKey(key.entry.name!, key.secret)]);
  return { entries, checkpoints: [Buffer.from(note)] };
}

test('a province has keys, memories at size 0, certificates and a root key that is kept apart', async (t) => {
  const { province, rootFile, root, fingerprint } = await mesh(t);
  const layout = layoutOf(province);
  const keystore = await openNodeKeys(province);
  const purposes = keystore.publicEntries().map(({ purpose }) => purpose);
  assert.deepEqual(purposes.sort(), [
    ...['data-wrap', 'encryption', 'holder-index', 'log:access', 'log:catalog', 'log:status', 'witness'],
  ]);
  for (const log of ['status', 'catalog', 'access']) {
    const memory = await openMemory(layout.memory, `lianzheng/440000/${log}/1`);
    assert.ok(typeof memory === 'object');
    assert.equal(memory.last().size, 0);
    await memory.close();
  }
  const exchange = describeCertificate(await readFile(layout.certificate('exchange'), 'utf8'));
  assert.deepEqual(exchange.uris, ['lianzheng://440000/service/exchange']);
  assert.deepEqual(exchange.dnsNames, ['localhost', 'exchange.example']);
  const broker = describeCertificate(await readFile(layout.certificate('kafka-broker'), 'utf8'));
  assert.equal(broker.commonName, '440000');
  assert.equal(describeCertificate(await readFile(layout.ca, 'utf8')).fingerprint, fingerprint);
  for (const secret of [layout.secretFile, layout.authorityFile, layout.privateKey('exchange'), rootFile]) {
    assert.equal((await stat(secret)).mode & 0o777, 0o600, secret);
  }
  assert.ok(!(await readFile(layout.authorityFile, 'utf8')).includes('PRIVATE KEY'));
  const { publicKey } = root;
  const text = Buffer.from('a successor');
  const signature = sign(null, text, await openOfflineRoot(rootFile, 'kept in the safe'));
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  assert.equal(verify(null, text, key, signature), true);
  await assert.rejects(openOfflineRoot(rootFile, 'a guess'), refusedWith('malformed'));
});

test('nothing is made where something is', async (t) => {
  const { province, city } = await mesh(t);
  const again = { name: 'x', exchangeAddress: 'localhost:1', now };
  const rootFile = join(city, 'root.pem');
  await assert.rejects(
    initProvince({ dir: province, node: '440000', rootFile, ...again }),
    refusedWith('exists'),
  );
  await assert.rejects(initNode({ dir: city, node: '440100', ...again }), refusedWith('exists'));
});

test('a city installs its bundle: certificates, pinned keys, catalogue, the shared index key', async (t) => {
  const { province, city, fingerprint, root, request, catalogue } = await mesh(t);
  const bundle = await makeBundle({ province: { dir: province }, request, catalogue, now });
  const installed = await installBundle({ dir: city, bundle, fingerprint, now });
  assert.deepEqual(installed, { node: '440100', province: '440000', fingerprint, trust: 'fingerprint' });
  assert.equal((await readNodeIdentity(city)).province, '440000');

  const keyIds = async (dir: string) =>
    (await openNodeKeys(dir)).publicEntries('holder-index').map(({ keyId }) => keyId);
  assert.deepEqual(await keyIds(city), await keyIds(province));
  const { pinnedKeys: pinned, catalogue: known } = await readTrust(city);
  assert.deepEqual(known, await catalogue());
  assert.deepEqual(pinned.map(({ log }) => log).sort(), ['access', 'catalog', 'root', 'status', 'witness']);
  assert.deepEqual(
    pinned.find(({ log }) => log === ROOT_LOG),
    root,
  );

  const { certificate, ca } = layoutOf(city);
  assert.equal(await readFile(ca, 'utf8'), await readFile(layoutOf(province).ca, 'utf8'));
  const issuance = describeCertificate(await readFile(certificate('issuance'), 'utf8'));
  assert.deepEqual(issuance.uris, ['lianzheng://440100/service/issuance']);
  // A renewed bundle needs no fingerprint: the CA is known by now.
  const renewed = await makeBundle({ province: { dir: province }, request, catalogue, now });
  assert.equal((await installBundle({ dir: city, bundle: renewed, now })).trust, 'installed');
});

test('without a fingerprint the first CA is trusted, and the result says so', async (t) => {
  const { province, city, request, catalogue } = await mesh(t);
  const bundle = await makeBundle({ province: { dir: province }, request, catalogue, now });
  assert.equal((await installBundle({ dir: city, bundle, now })).trust, 'first-use');
});

test('a bundle of another CA, for another node, or changed, installs nothing', async (t) => {
  const { dir, province, city, fingerprint, request, catalogue } = await mesh(t);
  const bundle = await makeBundle({ province: { dir: province }, request, catalogue, now });
  const other = fingerprint.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  const install = (text: string, pinned: string, into = city) =>
    installBundle({ dir: into, bundle: text, fingerprint: pinned, now });
  await assert.rejects(install(bundle, other), refusedWith('untrusted'));

  const jws = JSON.parse(bundle);
  const content = Buffer.from(jws.payload, 'base64url').toString().replace('440100', '440900');
  const forged = JSON.stringify({ ...jws, payload: Buffer.from(content).toString('base64url') });
  await assert.rejects(install(forged, fingerprint), refusedWith('untrusted'));
  await assert.rejects(install('{', fingerprint), refusedWith('malformed'));

  const elsewhere = join(dir, '440300');
  await initNode({ dir: elsewhere, node: '440300', name: '澜湾市', exchangeAddress: 'localhost:1', now });
  await assert.rejects(install(bundle, fingerprint, elsewhere), refusedWith('mismatch'));
  await assert.rejects(stat(layoutOf(city).ca), refusedWith('ENOENT' as EnrolmentErrorCode));
});

test('a node that the catalogue does not know with these keys gets no bundle', async (t) => {
  const { dir, province, request, objects } = await mesh(t);
  const bundleWith = (known: CatalogObject[], text = request) =>
    makeBundle({
      province: { dir: province },
      request: text,
      catalogue: () => snapshotOf(province, known),
      now,
    });
  await assert.rejects(bundleWith(objects.slice(0, 5)), refusedWith('unregistered'));
  const impostor = join(dir, 'impostor');
  const made = await initNode({
    dir: impostor,
    node: '440100',
    name: '云渡市',
    exchangeAddress: '127.0.0.1:1',
    now,
  });
  await assert.rejects(bundleWith(objects, made.request), refusedWith('unregistered'));
});

test('a snapshot that its checkpoint does not cover is refused', async (t) => {
  const { province, request, catalogue } = await mesh(t);
  const whole = await catalogue();
  const cut = { ...whole, entries: whole.entries.slice(0, -1) };
  const bundle = makeBundle({ province: { dir: province }, request, catalogue: async () => cut, now });
  await assert.rejects(bundle, refusedWith('untrusted'));
});

test('a request may ask only for names of its own node', async (t) => {
  const { province, request, catalogue } = await mesh(t);
  const asked = JSON.parse(request);
  asked.certificateRequests.catalog = asked.certificateRequests.exchange;
  const bundle = makeBundle({ province: { dir: province }, request: JSON.stringify(asked), catalogue, now });
  await assert.rejects(bundle, /names not allowed/);
});

test('the offline root endorses the successor of a lost key', async (t) => {
  const { province, rootFile, objects } = await mesh(t);
  const { pinnedKeys } = await readTrust(province);
  const registry = createRegistry({ province: '440000', pinnedKeys });
  registry.apply(objects.map((object) => ({ ...object, version: 1, node: '440000' })));
  assert.equal(registry.logKeys('440100', 'status').length, 1);
  const former = registry.logKeys('440100', 'status')[0]!;
  const successor = { ...former, publicKey: Buffer.alloc(32, 7), fromSize: 9n };
  const rootKey = await openOfflineRoot(rootFile, 'kept in the safe');
  successor.endorsement = sign(null, endorsementText(successor), rootKey);
  assert.ok(isEndorsed(successor, pinnedKeys.find(({ log }) => log === ROOT_LOG)!));
});

test('departments get one signing key each, callers certificates', async (t) => {
  const { province, city } = await mesh(t);
  const first = await addDepartmentKey(city, department, { now });
  assert.deepEqual(await addDepartmentKey(city, department, { now }), first);
  assert.equal(first.alg, 'ES256');
  await assert.rejects(addDepartmentKey(city, '11440100YH00010298', { now }), refusedWith('malformed'));

  const caller = await issueCaller({
    dir: province,
    node: '440100',
    kind: 'department',
    id: department,
    now,
  });
  assert.deepEqual(describeCertificate(caller.certPem).uris, [`lianzheng://440100/department/${department}`]);
  await assert.rejects(
    issueCaller({ dir: city, node: '440100', kind: 'operator', id: 'ops', now }),
    refusedWith('absent'),
  );
});

test('a passphrase in a file opens the node instead of a secret of its own', async (t) => {
  const dir = await folder(t);
  const passphraseFile = join(dir, 'passphrase');
  await writeFile(passphraseFile, '一个很长的口令 0815\n');
  const options = {
    dir: join(dir, 'node'),
    node: '440100',
    name: '云渡市',
    exchangeAddress: 'localhost:1',
    now,
  };
  await initNode({ ...options, passphraseFile });
  const { keys, secretFile } = layoutOf(options.dir);
  await assert.rejects(stat(secretFile), refusedWith('ENOENT' as EnrolmentErrorCode));
  const passphrase = '一个很长的口令 0815';
  const opened = await openKeystore(keys, { kind: 'passphrase', passphrase });
  assert.equal(opened.publicEntries().length, 6);
});
