// What a using department can ask, and what it can prove: times, documents, holders, proofs, and the trace it leaves.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import { leafHash, verifyInclusion } from '@lianzheng/merkle';
import { openNote, parseLogCheckpoint, verifierFromRaw } from '@lianzheng/note';
import {
  DocumentMatch,
  LicenceStatus,
  Outcome,
  type VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Licence } from '@lianzheng/proto/issuance/v1/issuance';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type Mesh, seen, startMesh, verify, waitUntil } from '../harness/index.ts';
import { sampleLicence } from '../harness/licence.ts';

const PROVINCE = '440000';
const HOME = '440100';
const OTHER = '440300';
const TYPE = '食品经营许可证';

let dir: string;
let mesh: Mesh;
let typeCode: string;
let matterCode: string;
let licence: Licence;
let issuedAt: Date;
let suspendedAt: Date;

before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lz-answers-'));
  mesh = await startMesh({ dir });
  const { nodes } = await readCatalogue();
  const type = nodes.flatMap(({ licenceTypes }) => licenceTypes).find(({ name }) => name === TYPE)!;
  typeCode = type.code;
  const using = mesh.node(OTHER).callers.find(({ role }) => role === 'using')!.department;
  const matters = nodes.flatMap(({ matters: all }) => all);
  matterCode = matters.find(
    (matter) =>
      (matter.departmentCode === '' || matter.departmentCode === using) &&
      matter.licences.some((row) => row.typeCode === typeCode),
  )!.code;
  const issuer = mesh.issuerOf(
    HOME,
    nodes.flatMap(({ departments }) => departments),
  );
  const { issuance } = mesh.clients(HOME, 'issuing');
  const data = sampleLicence(type, issuer, randomUUID(), new Date());
  issuedAt = new Date(Date.now() - 1_000);
  licence = (await issuance.issueLicence({ header: header(issuedAt), data })).licence!;
  await seen(mesh, OTHER, licence.identifier, LicenceStatus.VALID);
  suspendedAt = new Date();
  const { identifier } = licence;
  await issuance.suspendLicence({ header: header(suspendedAt), identifier, reasonCode: 'INVESTIGATION' });
  for (const node of [PROVINCE, OTHER]) await seen(mesh, node, identifier, LicenceStatus.SUSPENDED);
});

after(async () => {
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

function header(decidedAt: Date) {
  return { requestId: randomUUID(), caseNumber: 'CASE-7', officer: 'officer-7', decidedAt };
}

const everywhere = (options: Parameters<typeof verify>[3]) =>
  Promise.all([PROVINCE, HOME, OTHER].map((node) => verify(mesh, node, licence.identifier, options)));
const statuses = (answers: VerifyLicenceResponse[]) => answers.map(({ status }) => status);

test('as it was at a time: every node gives the same answer', async () => {
  const between = new Date((issuedAt.getTime() + suspendedAt.getTime()) / 2);
  assert.deepEqual(statuses(await everywhere({ asOf: between })), Array(3).fill(LicenceStatus.VALID));
  const earlier = await everywhere({ asOf: new Date(issuedAt.getTime() - 60_000) });
  assert.deepEqual(new Set(earlier.map(({ outcome }) => outcome)), new Set([Outcome.NOT_FOUND]));
  await assert.rejects(
    verify(mesh, OTHER, licence.identifier, { asOf: new Date(Date.now() + 60_000) }),
    (error) => isMeshError(error, 'INVALID_ARGUMENT'),
  );
});

test('as it was known at a time: by the home log’s checkpoints, the same at every node', async () => {
  const before = await everywhere({ knownAt: new Date(issuedAt.getTime() - 5_000) });
  assert.deepEqual(new Set(before.map(({ outcome }) => outcome)), new Set([Outcome.NOT_FOUND]));
  const recordedAt = before.length > 0 ? new Date(licence.recordedAt!) : issuedAt;
  // Known once a checkpoint covered it: the suspension was not yet.
  const at = new Date(Math.min(suspendedAt.getTime() - 1, recordedAt.getTime() + 500));
  const then = await everywhere({ knownAt: at });
  assert.equal(new Set(statuses(then)).size, 1, 'one answer');
  const now = await everywhere({ knownAt: new Date() });
  assert.deepEqual(statuses(now), Array(3).fill(LicenceStatus.SUSPENDED));
});

test('the digest of a document in hand is matched', async () => {
  const digest = createHash('sha256').update(licence.jws).digest();
  const ask = (value: Buffer) =>
    mesh.clients(OTHER, 'using').exchange.verifyLicence({
      identifier: licence.identifier,
      document: { what: 'jws', algorithm: 'SHA-256', value },
      asOf: undefined,
      knownAt: undefined,
      maxStalenessMs: undefined,
      withProof: false,
      caseNumber: 'CASE-7',
      matterCode: '',
      officer: 'officer-7',
    });
  assert.equal((await ask(digest)).documentMatch, DocumentMatch.MATCHES);
  assert.equal((await ask(createHash('sha256').update('other').digest())).documentMatch, DocumentMatch.NONE);
});

test('the proof of an answer verifies with nothing but the owner’s public key', async () => {
  const { proof } = await verify(mesh, OTHER, licence.identifier, { withProof: true });
  const { objects } = await mesh
    .clients(OTHER, 'using')
    .catalog.listObjects({ kind: 33, node: PROVINCE, allVersions: false });
  const keys = objects.flatMap(({ object }) =>
    object?.$case === 'logKey' && object.value.node === HOME && object.value.log === 'status'
      ? [object.value]
      : [],
  );
  const verifiers = keys.map((key) => verifierFromRaw(key.name, key.publicKey));
  const { root, size } = parseLogCheckpoint(openNote(proof!.checkpoint, verifiers).text);
  const claim = {
    index: Number(proof!.sequence),
    size,
    leafHash: leafHash(proof!.leaf),
    proof: proof!.hashes.map((hash) => Buffer.from(hash)),
    root,
  };
  assert.equal(verifyInclusion(claim), true);
  assert.equal(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.from('forged')) }), false);
});

test('one bad question of a batch harms no other', async () => {
  const question = (identifier: string) => ({
    identifier,
    document: undefined,
    asOf: undefined,
    knownAt: undefined,
    maxStalenessMs: undefined,
    withProof: false,
    caseNumber: 'CASE-7',
    matterCode: '',
    officer: 'officer-7',
  });
  const bad = `${licence.identifier.slice(0, -1)}${licence.identifier.endsWith('A') ? 'B' : 'A'}`;
  const { results } = await mesh.clients(OTHER, 'using').exchange.batchVerifyLicences({
    questions: [question(licence.identifier), question(bad), question('nonsense')],
  });
  const [good, wrongCheck, nonsense] = results.map(({ result }) => result);
  assert.ok(good?.$case === 'answer' && good.value.status === LicenceStatus.SUSPENDED);
  for (const error of [wrongCheck, nonsense]) {
    assert.ok(error?.$case === 'error');
    assert.equal(error.value.field, 'identifier');
  }
});

test('a holder’s licences are found from another city, for the case in hand only', async () => {
  const [holder] = licence.data!.holders;
  const request = {
    codeKind: holder!.codeKind,
    code: holder!.code,
    typeCodes: [typeCode],
    caseNumber: 'CASE-7',
    matterCode,
    officer: 'officer-7',
    maxStalenessMs: undefined,
  };
  const { exchange } = mesh.clients(OTHER, 'using');
  const found = await exchange.findLicences(request);
  assert.deepEqual(
    found.licences.map(({ identifier, status, homeNode }) => ({ identifier, status, homeNode })),
    [{ identifier: licence.identifier, status: LicenceStatus.SUSPENDED, homeNode: HOME }],
  );
  assert.deepEqual(found.incomplete, []);
  await assert.rejects(exchange.findLicences({ ...request, matterCode: 'no-such-matter' }), (error) =>
    isMeshError(error, 'INVALID_ARGUMENT'),
  );
  await assert.rejects(exchange.findLicences({ ...request, typeCodes: ['11440000YH0000026K999'] }), (error) =>
    isMeshError(error, 'PERMISSION_DENIED'),
  );
});

test('every question stands in the access log, and the auditor can prove it', async () => {
  const { audit, ownLog } = mesh.clients(OTHER, 'auditor');
  const access = await waitUntil(
    async () => {
      const { accesses } = await audit.listAccesses({
        subject: licence.identifier,
        departmentCode: '',
        caseNumber: 'CASE-7',
        action: 'exchange.VerifyLicence',
        fromTime: undefined,
        toTime: undefined,
        limit: 10,
        pageToken: '',
      });
      return accesses.find(({ sequence }) => sequence !== undefined);
    },
    { timeoutMs: 20_000, what: 'a sequenced access' },
  );
  const { salt, bodyBytes } = await audit.getAccess({ id: access.id });
  const commitment = createHash('sha256').update(salt).update(bodyBytes).digest();
  const log = { node: OTHER, log: 'access', generation: 0 };
  const proof = await ownLog.access.getInclusionProof({ log, sequence: access.sequence!, size: 0n });
  assert.ok(Buffer.from(proof.leaf).includes(commitment), 'the leaf commits to the body');
  const { root } = await ownLog.access.getHead({ log });
  assert.ok(proof.checkpoint.length > 0 && root.length === 32);
  const head = parseLogCheckpoint(openTextOf(proof.checkpoint));
  const hashes = proof.hashes.map((hash) => Buffer.from(hash));
  const claim = {
    index: Number(proof.sequence),
    size: head.size,
    leafHash: leafHash(proof.leaf),
    proof: hashes,
    root: head.root,
  };
  assert.equal(verifyInclusion(claim), true);
});

function openTextOf(note: Uint8Array): string {
  const text = Buffer.from(note).toString('utf8');
  return text.slice(0, text.indexOf('\n\n') + 1);
}
