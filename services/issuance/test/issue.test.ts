import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { creditCodeCheckCharacter, parseIdentifier } from '@lianzheng/identifier';
import { readCanonicalLicence } from '@lianzheng/licence';
import { type CatalogObject, DepartmentRole } from '@lianzheng/proto/catalog/v1/objects';
import { LicenceState, Operation } from '@lianzheng/proto/log/v1/leaf';
import type { MeshError } from '@lianzheng/rpc';
import {
  type Client,
  createMesh,
  FOOD,
  foodLicence,
  header,
  MANAGER,
  MARKET,
  NODE,
  PROVINCE,
  TALENT,
} from './harness.ts';
import { refused } from './refused.ts';

const parts = new AsyncDisposableStack();
let mesh: Awaited<ReturnType<typeof createMesh>>;
let market: Client;
let exchange: Client;
before(async () => {
  mesh = await createMesh(parts);
  market = await mesh.as(MARKET);
  exchange = await mesh.as('exchange');
});
after(() => parts.disposeAsync());

const issue = (data = foodLicence(), head = header(mesh.clock)) =>
  market.issueLicence({ header: head, data });

test('a licence is issued: identifier, data, JWS, entry with digests and commitments', async () => {
  const data = foodLicence();
  const { licence } = await issue(data);
  const identifier = parseIdentifier(licence!.identifier);
  assert.equal(identifier.serial, data.licenceNumber);
  assert.equal(identifier.typeCode, FOOD);
  assert.equal(identifier.issuerCode, MARKET);
  assert.equal(licence!.state, LicenceState.IN_FORCE);
  assert.equal(licence!.revision, 1);
  assert.deepEqual(licence!.data, data);
  const payload = Buffer.from(licence!.jws.split('.')[1]!, 'base64url');
  const canonical = readCanonicalLicence(payload);
  assert.equal(canonical.typeName, '食品经营许可证');
  assert.equal(canonical.issuerName, '海岑市市场监督管理局');
  assert.equal(canonical.salt.length, 16);

  const { histories } = await exchange.getStatuses({ identifiers: [licence!.identifier] });
  const [record] = histories[0]!.records;
  const digest = createHash('sha256').update(licence!.jws).digest();
  assert.equal(record!.body!.operation, Operation.ISSUE);
  assert.deepEqual(
    record!.body!.forms.map(({ form, what, value }) => [form, what, value.equals(digest)]),
    [
      ['ORIGINAL', 'jws', true],
      ['DUPLICATE', 'jws', true],
    ],
  );
  assert.equal(record!.body!.holderCommitments.length, 1);
});

test('the entry gets its number, and the log serves it with the side data that its commitment names', async () => {
  const { licence } = await issue();
  const log = { node: '440300', log: 'status', generation: 0 };
  const auditor = await mesh.as('auditor/office');
  let from = 0n;
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const { entries } = await auditor.getEntries({
      log,
      from,
      limit: 1_000,
      waitMs: 1_000,
      afterTime: undefined,
    });
    from += BigInt(entries.length);
    const entry = entries.find(({ leaf }) => leaf.includes(licence!.identifier));
    if (!entry) continue;
    const { histories } = await exchange.getStatuses({ identifiers: [licence!.identifier] });
    assert.equal(histories[0]!.records[0]!.sequence, entry.sequence);
    const [side] = entry.holders;
    const commitment = createHash('sha256').update(side!.salt).update(side!.index).digest();
    assert.deepEqual(histories[0]!.records[0]!.body!.holderCommitments, [commitment]);
    return;
  }
  assert.fail('the entry was not sequenced in time');
});

test('the same request gives the same answer, another body under its id is an error', async () => {
  const data = foodLicence();
  const head = header(mesh.clock);
  const first = await issue(data, head);
  const again = await issue(data, head);
  assert.deepEqual({ ...again.licence, sequence: undefined }, { ...first.licence, sequence: undefined });
  const other = { ...data, holders: [{ ...data.holders[0]!, name: '另一家公司' }] };
  await assert.rejects(issue(other, head), refused('ALREADY_EXISTS', 'REQUEST_ID_REUSED'));
  await assert.rejects(
    market.suspendLicence({ header: head, identifier: first.licence!.identifier, reasonCode: 'PENALTY' }),
    refused('ALREADY_EXISTS', 'REQUEST_ID_REUSED'),
  );
});

test('the same request many times at once issues one licence', async () => {
  const data = foodLicence();
  const head = header(mesh.clock);
  const answers = await Promise.all(Array.from({ length: 12 }, () => issue(data, head)));
  assert.equal(new Set(answers.map(({ licence }) => licence!.identifier)).size, 1);
  assert.equal(new Set(answers.map(({ licence }) => licence!.jws)).size, 1);
});

test('of many requests for one number one is issued, the others name its identifier', async () => {
  const data = foodLicence();
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => issue(data)));
  const issued = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  assert.equal(issued.length, 1);
  const { identifier } = issued[0]!.value.licence!;
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    refused('ALREADY_EXISTS', 'LICENCE_NUMBER_TAKEN')(outcome.reason);
    assert.equal(outcome.reason.details.metadata.identifier, identifier);
  }
});

test('a bad command harms no other of the same round', async () => {
  const bad = foodLicence({ validTo: '2020-01-01' });
  const taken = foodLicence();
  await issue(taken);
  const outcomes = await Promise.allSettled([issue(), issue(bad), issue(), issue(taken), issue()]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
});

test('everything that is wrong is told at once, by field, without repeating it', async () => {
  const data = foodLicence({
    licenceNumber: '',
    issuedOn: '2026-02-30',
    validTo: '2199-01-01',
    holders: [{ name: '', codeKind: '777', code: 'SECRET-CODE' }],
    items: { ...foodLicence().items, signedBy: 'x\u0007', colour: 'red', businessType: '其他' },
    printedForms: [{ form: 'POSTER', formNumber: '1' }],
  });
  await assert.rejects(
    issue(data, header(mesh.clock, { caseNumber: '', decidedAt: new Date('2026-04-01') })),
    (error: MeshError) => {
      assert.equal(error.code, 'INVALID_ARGUMENT');
      const fields = error.details.fields!.map(({ field }) => field).sort();
      assert.deepEqual(fields, [
        'data.holders[0].code_kind',
        'data.holders[0].name',
        'data.issued_on',
        'data.items.businessType',
        'data.items.colour',
        'data.items.signedBy',
        'data.licence_number',
        'data.printed_forms[0].form',
        'data.valid_to',
        'header.case_number',
        'header.decided_at',
      ]);
      assert.ok(!JSON.stringify(error).includes('SECRET-CODE'));
      return true;
    },
  );
});

test('who may issue: assignment, role, type', async () => {
  const manager = await mesh.as(MANAGER);
  await assert.rejects(
    manager.issueLicence({ header: header(mesh.clock), data: foodLicence() }),
    refused('PERMISSION_DENIED', 'ROLE_REQUIRED'),
  );
  await assert.rejects(
    issue(foodLicence({ typeCode: '0'.repeat(21) })),
    refused('INVALID_ARGUMENT', undefined, { field: 'data.type_code' }),
  );
  const talent = await mesh.as(TALENT);
  const { licence } = await issue();
  await assert.rejects(
    talent.getLicence({ identifier: licence!.identifier, caseNumber: '1', officer: 'a' }),
    refused('PERMISSION_DENIED', 'NOT_ISSUER'),
  );
  await assert.rejects(
    talent.voidLicence({
      header: header(mesh.clock),
      identifier: licence!.identifier,
      reasonCode: 'MADE_IN_ERROR',
    }),
    refused('PERMISSION_DENIED', 'NOT_ISSUER'),
  );
});

test('nothing personal stands in the database', async () => {
  const data = foodLicence({
    holders: [{ name: '独一无二有限公司', codeKind: '001', code: '91310000MA7CX0HM9U' }],
    items: { ...foodLicence().items, legalRepresentative: '欧阳独一' },
  });
  await issue(data);
  const tables = [
    'licence',
    'licence_version',
    'licence_holder',
    'status_change',
    'request',
    'access_waiting',
  ];
  for (const table of [...tables, 'log_waiting', 'log_entry']) {
    const rows = await mesh.database.read((reader) => reader.rows<object>(`SELECT t.* FROM ${table} t`));
    const text = rows
      .flatMap((row) => Object.values(row))
      .map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : String(value)))
      .join('\n');
    for (const secret of ['独一', '91310000MA7CX0HM9U', Buffer.from('欧阳独一').toString('base64')])
      assert.ok(!text.includes(secret), `${table} shows ${secret}`);
  }
});

test('what was served and what was refused stands in the access log', async () => {
  const { licence } = await issue();
  const { identifier } = licence!;
  await market.getLicence({ identifier, caseNumber: 'HC-9', officer: 'zhao' });
  await assert.rejects(
    market.resumeLicence({ header: header(mesh.clock), identifier, reasonCode: 'RECTIFIED' }),
    refused('FAILED_PRECONDITION', 'STATE_FORBIDS'),
  );
  const bodies = await mesh.database.read((reader) =>
    reader.rows<{ body: Buffer }>('SELECT body FROM access_waiting ORDER BY id DESC LIMIT 3'),
  );
  const texts = bodies.map(({ body }) => body.toString('utf8'));
  assert.ok(texts[0]!.includes('issuance.ResumeLicence') && texts[0]!.includes('STATE_FORBIDS'));
  assert.ok(texts[1]!.includes('issuance.GetLicence') && texts[1]!.includes('zhao'));
  assert.ok(texts[2]!.includes('issuance.IssueLicence'));
  for (const text of texts) assert.ok(text.includes(identifier));
});

test('a department without a key fails alone', async () => {
  const body = '11440300YH0003995';
  const code = body + creditCodeCheckCharacter(body);
  const object = (content: NonNullable<CatalogObject['object']>, node: string) => ({
    key: '',
    version: 1,
    node,
    retired: false,
    object: content,
  });
  const department = { code, name: '无密钥局', roles: [DepartmentRole.ISSUING], node: NODE, keys: [] };
  const assignment = { issuerCode: code, node: NODE, fromSequence: 0n, toSequence: 0n };
  mesh.home.registry.apply([
    object({ $case: 'department', value: department }, NODE),
    object({ $case: 'issuerAssignment', value: assignment }, PROVINCE),
  ]);
  const keyless = await mesh.as(code);
  const [one, other, another] = await Promise.allSettled([
    issue(),
    keyless.issueLicence({ header: header(mesh.clock), data: foodLicence() }),
    issue(),
  ]);
  assert.deepEqual([one.status, other.status, another.status], ['fulfilled', 'rejected', 'fulfilled']);
  assert.equal(other.status, 'rejected');
  refused('FAILED_PRECONDITION', 'SIGNING_KEY_MISSING')(other.reason);
});

test('a retired type and one that the department may not issue', async () => {
  const [known] = [...mesh.home.types.values()].filter(({ code }) => code === FOOD);
  const object = (version: number, retired: boolean, issuingDepartmentCodes: string[]) => ({
    key: '',
    version,
    node: PROVINCE,
    retired,
    object: { $case: 'licenceType' as const, value: { ...known!, issuingDepartmentCodes } },
  });
  mesh.home.registry.apply([object(2, false, [TALENT])]);
  await assert.rejects(issue(), refused('PERMISSION_DENIED', 'TYPE_NOT_ALLOWED'));
  mesh.home.registry.apply([object(3, true, [])]);
  await assert.rejects(issue(), refused('FAILED_PRECONDITION', 'TYPE_RETIRED'));
  mesh.home.registry.apply([object(4, false, [])]);
  await issue();
});
