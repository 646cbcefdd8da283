import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort } from '@lianzheng/deploy-process';
import { initProvince, updateNodeFile } from '@lianzheng/enrolment';
import type { NodeSettings } from '../src/index.ts';

/** The folder of an enrolled province in a temporary place, with free ports and the given settings. */
export async function provinceFolder(t: TestContext, settings: Partial<NodeSettings>): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'lz-node-'));
  t.after(() => rm(top, { recursive: true, force: true }));
  const dir = join(top, '440000');
  await initProvince({
    dir,
    node: '440000',
    name: '南岭省',
    exchangeAddress: '127.0.0.1:42007',
    rootFile: join(top, 'root.pem'),
    now: new Date(),
  });
  const [signature, audit] = [await freePort(), await freePort()];
  await updateNodeFile(dir, {
    ports: { signature, audit },
    metricsPort: 0,
    database: { adminUrl: 'postgres://postgres:secret@127.0.0.1:1/node_440000' },
    kafka: { bootstrap: '127.0.0.1:1', tls: true },
    ...settings,
  });
  return dir;
}
