import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { leafHash, verifyInclusion } from '@lianzheng/merkle';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { AccessBody, type GetAccessResponse } from '@lianzheng/proto/audit/v1/audit';
import { AccessLeafBody, Leaf, LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { isMeshError, MeshError } from '@lianzheng/rpc';
import { clientAs, department, eventually, node, serving, uris } from './harness.ts';
import { anyAccess, recordOf, verification } from './records.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres?.stop());

const log = { node, log: 'access', generation: 0 };

type Clients = Awaited<ReturnType<typeof clientAs>>;

async function sequenced(auditor: Clients, id: string): Promise<GetAccessResponse & { sequence: bigint }> {
  return eventually(async () => {
    const answer = await auditor.getAccess({ id });
    const sequence = answer.access?.sequence;
    return sequence === undefined ? undefined : { ...answer, sequence };
  }, `${id} has its number`);
}

async function inclusionOf(auditor: Clients, sequence: bigint) {
  return eventually(async () => {
    try {
      return await auditor.log.getInclusionProof({ log, sequence, size: 0n });
    } catch (error) {
      if (isMeshError(error, 'OUT_OF_RANGE')) return undefined;
      throw error;
    }
  }, `a checkpoint over ${sequence}`);
}

test('an access is taken once, gets its number and can be proved from its body alone', async (t) => {
  const home = await serving(t, postgres);
  const exchange = await clientAs(t, home, uris.exchange);
  const auditor = await clientAs(t, home, uris.auditor);
  const records = [1, 2, 3].map((number) => recordOf(number));
  assert.equal((await exchange.appendAccesses({ records })).added, 3);
  assert.equal((await exchange.appendAccesses({ records: [...records, recordOf(4)] })).added, 1);

  const { access, salt, bodyBytes, leafHash: hash, sequence } = await sequenced(auditor, 'exchange:2');
  assert.equal(access?.body?.caseNumber, verification.caseNumber);
  assert.equal(access?.generation, 1);
  assert.deepEqual(bodyBytes, records[1]?.body);
  const proof = await inclusionOf(auditor, sequence);
  const leaf = Leaf.decode(proof.leaf);
  const commitment = createHash('sha256').update(salt).update(bodyBytes).digest();
  assert.deepEqual([leaf.kind, leaf.subject], [LeafKind.ACCESS, '']);
  assert.deepEqual(AccessLeafBody.decode(leaf.body).commitment, commitment);
  assert.deepEqual(leafHash(proof.leaf), hash);
  const { root, size } = parseLogCheckpoint(parseNote(proof.checkpoint).text);
  const claim = { index: Number(sequence), size, leafHash: hash, proof: proof.hashes, root };
  assert.equal(verifyInclusion(claim), true);
});

test('accesses are found by subject, department, case, action and time, newest first, page by page', async (t) => {
  const home = await serving(t, postgres);
  const exchange = await clientAs(t, home, uris.exchange);
  const auditor = await clientAs(t, home, uris.auditor);
  const second = (n: number) => new Date(Date.UTC(2026, 2, 1, 8, 0, n));
  const records = Array.from({ length: 7 }, (_, n) =>
    recordOf(n, {
      at: second(Math.floor(n / 2)),
      caseNumber: `C${n % 2}`,
      subjects: [`S${n}`, 'shared\nwith a line'],
      departmentCode: n === 3 ? 'other' : department,
      action: n === 4 ? 'exchange.FindLicences' : 'exchange.VerifyLicence',
    }),
  );
  await exchange.appendAccesses({ records });
  const list = async (filter: Partial<typeof anyAccess>) => {
    const answer = await auditor.listAccesses({ ...anyAccess, toTime: second(60), ...filter });
    return answer.accesses.map(({ id }) => id.slice('exchange:'.length)).join('');
  };
  assert.equal(await list({}), '6543210');
  assert.equal(await list({ subject: 'S5' }), '5');
  assert.equal(await list({ subject: 'shared with a line' }), '6543210');
  assert.equal(await list({ departmentCode: 'other' }), '3');
  assert.equal(await list({ caseNumber: 'C1' }), '531');
  assert.equal(await list({ action: 'exchange.FindLicences' }), '4');
  assert.equal(await list({ fromTime: second(1), toTime: second(2) }), '32');

  let pageToken = '';
  let pages = '';
  do {
    const page = await auditor.listAccesses({ ...anyAccess, toTime: second(60), limit: 3, pageToken });
    pages += `${page.accesses.map(({ id }) => id.slice('exchange:'.length)).join('')} `;
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  assert.equal(pages, '654 321 0 ');
});

test('what an auditor asked stands in the log as well, also what was refused', async (t) => {
  const home = await serving(t, postgres);
  const auditor = await clientAs(t, home, uris.auditor);
  const stranger = await clientAs(t, home, uris.department);
  await auditor.listAccesses({ ...anyAccess, subject: 'L1', caseNumber: 'C9' });
  await assert.rejects(auditor.getAccess({ id: 'exchange:404' }), (e) => isMeshError(e, 'NOT_FOUND'));
  await assert.rejects(stranger.listAccesses(anyAccess), (e) => isMeshError(e, 'PERMISSION_DENIED'));
  const { accesses } = await auditor.listAccesses(anyAccess);
  // Sorted: several may bear the same millisecond.
  const lines = accesses.map(({ body }) =>
    [body?.action, body?.caller, body?.subjects.join(), body?.result].join(' '),
  );
  assert.deepEqual(lines.sort(), [
    `audit.GetAccess ${uris.auditor} access:exchange:404 NOT_FOUND ACCESS_UNKNOWN`,
    `audit.ListAccesses ${uris.auditor} L1,case:C9 OK`,
    `audit.ListAccesses ${uris.department}  PERMISSION_DENIED ROLE_REQUIRED`,
  ]);
});

test('bodies are erased after six months, not before; leaves and their proofs stay', async (t) => {
  const home = await serving(t, postgres);
  const exchange = await clientAs(t, home, uris.exchange);
  const auditor = await clientAs(t, home, uris.auditor);
  const old = new Date(Date.now() - 400 * 86_400_000);
  const records = [recordOf(1, { at: old }), recordOf(2, { at: old, departmentCode: 'other' }), recordOf(3)];
  await exchange.appendAccesses({ records });
  const kept = await sequenced(auditor, 'exchange:1');

  const tooYoung = { beforeTime: new Date(Date.now() - 100 * 86_400_000), departmentCode: '' };
  await assert.rejects(
    auditor.eraseAccessBodies(tooYoung),
    (e) => isMeshError(e) && e.reason === 'KEPT_TOO_SHORT' && e.details.fields?.[0]?.field === 'before_time',
  );
  const beforeTime = new Date(Date.now() - 300 * 86_400_000);
  assert.equal((await auditor.eraseAccessBodies({ beforeTime, departmentCode: department })).erased, 1n);
  assert.equal((await auditor.eraseAccessBodies({ beforeTime, departmentCode: department })).erased, 0n);

  const erased = await auditor.getAccess({ id: 'exchange:1' });
  assert.equal(erased.access?.body, undefined);
  assert.deepEqual([erased.salt.length, erased.bodyBytes.length], [0, 0]);
  assert.deepEqual(
    [erased.leafHash, erased.access?.sequence, erased.access?.generation],
    [kept.leafHash, kept.sequence, 1],
  );
  const proof = await inclusionOf(auditor, kept.sequence);
  assert.deepEqual(leafHash(proof.leaf), kept.leafHash);
  const bySubject = await auditor.listAccesses({ ...anyAccess, subject: verification.subjects[0]! });
  assert.deepEqual(
    bySubject.accesses.map(({ id }) => id),
    ['exchange:3', 'exchange:2'],
  );
  assert.equal((await exchange.appendAccesses({ records })).added, 0);
  const own = await auditor.listAccesses({ ...anyAccess, action: 'audit.EraseAccessBodies' });
  assert.deepEqual(own.accesses.map(({ body }) => body?.result).sort(), [
    'INVALID_ARGUMENT KEPT_TOO_SHORT',
    'OK',
    'OK',
  ]);
});

test('bad records are all named, none of the batch is taken', async (t) => {
  const home = await serving(t, postgres);
  const exchange = await clientAs(t, home, uris.exchange);
  const auditor = await clientAs(t, home, uris.auditor);
  const good = recordOf(1);
  const nul = Buffer.from(AccessBody.encode({ ...AccessBody.decode(good.body), officer: 'a\0b' }).finish());
  const records = [
    good,
    { ...good, salt: Buffer.alloc(15) },
    { ...recordOf(2), id: 'issuance:2' },
    { ...recordOf(3), id: 'exchange:3 or more' },
    { ...recordOf(4), body: Buffer.from('no AccessBody') },
    { ...recordOf(5), body: Buffer.alloc(0) },
    { ...recordOf(6), body: nul },
  ];
  const fieldsOf = (call: Promise<unknown>) =>
    call.then(
      () => assert.fail('the call succeeded'),
      (error) => {
        assert.ok(error instanceof MeshError && error.code === 'INVALID_ARGUMENT', `${error}`);
        return error.details.fields?.map(({ field }) => field);
      },
    );
  assert.deepEqual(await fieldsOf(exchange.appendAccesses({ records })), [
    'records[1].id',
    'records[1].salt',
    'records[2].id',
    'records[3].id',
    'records[4].body',
    'records[5].body',
    'records[6].body',
  ]);
  const many = Array.from({ length: 2_001 }, (_, n) => recordOf(n));
  assert.deepEqual(await fieldsOf(exchange.appendAccesses({ records: many })), ['records']);
  const odd = { ...anyAccess, limit: 501, pageToken: 'x', caseNumber: 'c'.repeat(257) };
  assert.deepEqual(
    await fieldsOf(auditor.listAccesses({ ...odd, fromTime: new Date(1), toTime: new Date(1) })),
    ['case_number', 'limit', 'to_time', 'page_token'],
  );
  assert.deepEqual(await fieldsOf(auditor.getAccess({ id: '' })), ['id']);
  const { accesses } = await auditor.listAccesses({ ...anyAccess, action: 'exchange.VerifyLicence' });
  assert.deepEqual(accesses, []);
});
