import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AccessBody, type AccessRecord, AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { bind, type Handlers, startServer } from '@lianzheng/rpc';
import { begun, callerOf, enrol, type Home, identityOf, node, operatorUri, serve } from './harness.ts';

const query = { codeKind: '111', code: '440301199003070011', typeCode: '11440000MB2D00001W001' };

/** Stands for audit: keeps what it is given, by id. The address is free again after `stop`. */
async function startAudit(t: TestContext, address = '127.0.0.1:0') {
  const records = new Map<string, AccessRecord>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const service = { appendAccesses: AuditServiceService.appendAccesses };
  const handlers: Handlers<typeof service> = {
    appendAccesses: async (request) => {
      for (const record of request.records) records.set(record.id, record);
      for (const { count, resolve } of waiting) if (records.size >= count) resolve();
      return { added: request.records.length };
    },
  };
  const server = await startServer({
    address,
    tls: await identityOf(`lianzheng://${node}/service/audit`),
    services: [bind(service, handlers)],
    roles: { [service.appendAccesses.path]: ['SIGNATURE'] },
    authorise: ({ uri }) => new Set(uri === `lianzheng://${node}/service/signature` ? ['SIGNATURE'] : []),
  });
  t.after(() => server.stop({ graceMs: 0 }));
  return {
    address: server.address,
    stop: () => server.stop({ graceMs: 0 }),
    bodies: () => [...records.values()].map(({ body }) => AccessBody.decode(body)),
    records,
    reached: (count: number) =>
      new Promise<void>((resolve) => (records.size >= count ? resolve() : waiting.push({ count, resolve }))),
  };
}

async function journalOf({ env }: Home): Promise<string> {
  const names = (await readdir(env.LZ_MEMORY!)).filter((name) => name.startsWith('accesses-'));
  return (await Promise.all(names.map((name) => readFile(join(env.LZ_MEMORY!, name), 'utf8')))).join('');
}

test('what is asked and changed stands in the access log, refusals too; codes never', async (t) => {
  const audit = await startAudit(t);
  const service = await serve(t, await enrol(t, audit.address));
  const exchange = await callerOf(t, service, 'exchange');
  const operator = await callerOf(t, service, operatorUri);
  await exchange.computeHolderIndices({ queries: [query, query] });
  await operator.rotateKey({ purpose: 'witness', fromSize: 0n });
  await assert.rejects(operator.rotateKey({ purpose: 'nothing', fromSize: 0n }));
  const gateway = await callerOf(t, service, 'gateway');
  await assert.rejects(gateway.computeHolderIndices({ queries: [query] }));
  await audit.reached(4);
  assert.deepEqual(
    audit.bodies().map(({ caller, action, subjects, result, at }) => [caller, action, subjects, result, at]),
    [
      [`lianzheng://${node}/service/exchange`, 'signature.ComputeHolderIndices', ['queries:2'], 'OK', begun],
      [operatorUri, 'signature.RotateKey', ['witness'], 'OK', begun],
      [operatorUri, 'signature.RotateKey', ['nothing'], 'INVALID_ARGUMENT', begun],
      [
        `lianzheng://${node}/service/gateway`,
        'signature.ComputeHolderIndices',
        [],
        'PERMISSION_DENIED ROLE_REQUIRED',
        begun,
      ],
    ],
  );
  for (const { body, salt } of audit.records.values()) {
    assert.ok(!body.includes(query.code));
    assert.equal(salt.length, 16);
  }
});

test('no call waits for audit; its entries are handed over once it is there, each once', async (t) => {
  const gone = await startAudit(t);
  await gone.stop();
  const home = await enrol(t, gone.address);
  const service = await serve(t, home);
  const exchange = await callerOf(t, service, 'exchange');
  await Promise.all(Array.from({ length: 25 }, () => exchange.computeHolderIndices({ queries: [query] })));
  assert.equal((await journalOf(home)).split('\n').length - 1, 25);
  await service.stop();

  const again = await serve(t, home);
  const caller = await callerOf(t, again, 'exchange');
  await caller.computeHolderIndices({ queries: [query] });
  const audit = await startAudit(t, gone.address);
  await audit.reached(26);
  assert.equal(audit.records.size, 26);
  await again.stop();
  assert.equal(await journalOf(home), '');
});

test('a line that was cut short is passed over, and its number is not lost for others', async (t) => {
  const home = await enrol(t);
  const first = await serve(t, home);
  const exchange = await callerOf(t, first, 'exchange');
  await exchange.computeHolderIndices({ queries: [query] });
  await first.stop();
  const [name] = (await readdir(home.env.LZ_MEMORY!)).filter((each) => each.startsWith('accesses-'));
  const path = join(home.env.LZ_MEMORY!, name!);
  await writeFile(path, `${await readFile(path, 'utf8')}{"number":17722`);

  const audit = await startAudit(t);
  const second = await serve(t, { ...home, env: { ...home.env, LZ_AUDIT_ADDRESS: audit.address } });
  const later = await callerOf(t, second, 'exchange');
  await later.computeHolderIndices({ queries: [query] });
  await audit.reached(2);
  const numbers = [...audit.records.keys()].map((id) => Number(id.split(':')[1]));
  assert.deepEqual(numbers, [begun.getTime(), begun.getTime() + 1]);
});
