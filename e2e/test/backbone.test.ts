import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LicenceStatus, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { type Desk, type Mesh, openDesk, seen, startMesh, verify, waitUntil } from '../harness/index.ts';

const PROVINCE = '440000';
const HOME = '440100';
const OTHER = '440300';

let dir: string;
let mesh: Mesh;
let desk: Desk;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-backbone-'));
  mesh = await startMesh({ dir, nodes: [PROVINCE, HOME, OTHER] });
  desk = await openDesk(mesh, HOME);
});

after(async () => {
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('what a city issues, suspends, resumes and revokes, every other node answers so', async () => {
  const identifier = await desk.issue();
  const everywhere = async (status: LicenceStatus) => {
    const answers = await Promise.all(
      [PROVINCE, HOME, OTHER].map((node) => seen(mesh, node, identifier, status)),
    );
    for (const answer of answers) assert.equal(answer.homeNode, HOME);
    return answers;
  };
  const [, , other] = await everywhere(LicenceStatus.VALID);
  assert.equal(other!.freshness?.node, HOME);
  assert.equal(other!.freshness?.fromHome, false);
  await desk.suspend(identifier);
  await everywhere(LicenceStatus.SUSPENDED);
  await desk.resume(identifier);
  await everywhere(LicenceStatus.VALID);
  await desk.revoke(identifier);
  const answers = await everywhere(LicenceStatus.REVOKED);
  assert.deepEqual(new Set(answers.map(({ revision }) => revision)), new Set([4]));
});

test('who wants no staleness at all is answered by the home node', async () => {
  const identifier = await desk.issue();
  const answer = await verify(mesh, OTHER, identifier, { maxStalenessMs: 0 });
  assert.equal(answer.status, LicenceStatus.VALID);
  assert.equal(answer.freshness?.fromHome, true);
});

test('a city that is cut off goes on, the others say how old their knowledge is, and a heal mends it', async (t) => {
  t.after(() => mesh.heal(HOME));
  const before = await desk.issue();
  await seen(mesh, OTHER, before, LicenceStatus.VALID);
  await mesh.cut(HOME);
  await desk.revoke(before);
  const meanwhile = await desk.issue();
  await seen(mesh, HOME, meanwhile, LicenceStatus.VALID);

  // Until the accepted staleness is over the old answer is a fresh one; then the home node would be asked.
  const stale = await waitUntil(
    async () => {
      const answer = await verify(mesh, OTHER, before, { maxStalenessMs: 3_000 });
      return answer.freshness?.fresh === false && answer;
    },
    { timeoutMs: 30_000, what: 'a stale answer' },
  );
  assert.equal(stale.status, LicenceStatus.VALID);
  assert.ok(Number(stale.freshness?.ageMs) > 3_000);
  assert.notEqual(stale.freshness?.staleReason, '');
  const unheard = await verify(mesh, OTHER, meanwhile, { maxStalenessMs: 3_000 });
  assert.ok(unheard.outcome === Outcome.NOT_FOUND || unheard.outcome === Outcome.UNKNOWN);
  assert.equal(unheard.freshness?.fresh, false);

  await mesh.heal(HOME);
  for (const node of [PROVINCE, OTHER]) {
    await seen(mesh, node, meanwhile, LicenceStatus.VALID, 60_000);
    await seen(mesh, node, before, LicenceStatus.REVOKED);
  }
  await mesh.linksFresh();
});

test('a node killed with SIGKILL comes back with all that it had acknowledged', async () => {
  const identifier = await desk.issue();
  await mesh.node(HOME).kill9();
  await mesh.node(HOME).start();
  await mesh.node(HOME).ready();
  for (const node of [PROVINCE, HOME, OTHER]) await seen(mesh, node, identifier, LicenceStatus.VALID, 60_000);
  const next = await desk.issue();
  await seen(mesh, OTHER, next, LicenceStatus.VALID);
});

test('every copy of every log has its owner’s root', async () => {
  const nodes = await mesh.rootsAgree();
  assert.deepEqual(
    nodes.map(({ node }) => node),
    [PROVINCE, HOME, OTHER],
  );
  for (const { logs } of nodes) {
    assert.deepEqual(logs, nodes[0]!.logs);
    const { size } = logs.find(({ owner, log }) => owner === HOME && log === 'status')!;
    assert.ok(size >= 8, `${size} entries`);
  }
});

test('mesh.json names addresses, callers and files that are there', async () => {
  const file = JSON.parse(await readFile(mesh.file, 'utf8'));
  assert.deepEqual(
    file.nodes.map(({ node }: { node: string }) => node),
    [PROVINCE, HOME, OTHER],
  );
  const callers = Object.values(file.callers as Record<string, { cert: string; key: string }[]>).flat();
  for (const { cert, key } of callers) for (const path of [cert, key]) await stat(join(mesh.dir, path));
  await stat(join(mesh.dir, file.ca));
  for (const role of ['managing', 'issuing', 'using', 'auditor', 'operator']) {
    assert.ok(file.callers[role].length >= 3, role);
  }
});
