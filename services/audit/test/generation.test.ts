import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@lianzheng/db';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { askHealth, connect, createClient } from '@lianzheng/rpc';
import {
  channelAs,
  clientAs,
  enrol,
  eventually,
  type Home,
  identityOf,
  node,
  serveAudit,
  serveSignature,
  uris,
} from './harness.ts';
import { recordOf } from './records.ts';

let postgres: TestPostgres;
before(async () => {
  postgres = await testPostgres();
});
after(() => postgres?.stop());

/** The database as it was before the first entry, as after a restore of an old backup. */
async function setBack({ adminUrl }: Home): Promise<void> {
  const admin = openDatabase({ url: adminUrl, applicationName: 'restore' });
  await admin.tx(async (tx) => {
    await tx.execute('TRUNCATE audit.access_body, audit.log_entry, audit.log_tile, audit.log_checkpoint');
    await tx.execute(
      `UPDATE audit.log_head SET size = 0, frontier = '\\x0000000000000000', integrated_size = 0, note = NULL,
              note_time = NULL, published_size = 0`,
    );
  });
  await admin.close();
}

test('a log that was set back holds nothing up; the new generation numbers what came meanwhile', async (t) => {
  const home = await enrol(t, postgres);
  await serveSignature(t, home);
  const service = await serveAudit(t, home);
  const exchange = await clientAs(t, home, uris.exchange);
  const auditor = await clientAs(t, home, uris.auditor);
  await exchange.appendAccesses({ records: [1, 2, 3].map((number) => recordOf(number)) });
  const log = { node, log: 'access', generation: 0 };
  await eventually(
    async () => ((await auditor.log.getHead({ log })).size === 3n ? true : undefined),
    'three entries under a checkpoint',
  );
  await service.stop();
  await setBack(home);

  await serveAudit(t, home);
  const channel = await channelAs(t, home, uris.auditor);
  await eventually(
    async () =>
      (await askHealth(channel, 'lianzheng.audit.v1.AuditService', { waitForReady: true })) === 'SERVING'
        ? true
        : undefined,
    'audit is ready all the same',
  );
  const late = await clientAs(t, home, uris.exchange);
  await late.appendAccesses({ records: [recordOf(4)] });
  const reader = await clientAs(t, home, uris.auditor);
  const waiting = await reader.getAccess({ id: 'exchange:4' });
  assert.deepEqual([waiting.access?.sequence, waiting.access?.generation], [undefined, 0]);

  const expect = `lianzheng://${node}/service/signature`;
  const tls = await identityOf(uris.operator);
  const operator = connect({ address: home.env.LZ_SIGNATURE_ADDRESS, tls, expect });
  t.after(() => operator.close());
  await createClient(SignatureServiceService, operator).startGeneration({ log: { ...log, generation: 1 } });
  const numbered = await eventually(async () => {
    const { access } = await reader.getAccess({ id: 'exchange:4' });
    return access?.sequence === undefined ? undefined : access;
  }, 'the entry has its number in the new generation');
  assert.deepEqual([numbered.generation, numbered.sequence], [2, 0n]);
});
