import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@lianzheng/deploy-process';
import { layoutOf, updateNodeFile } from '@lianzheng/enrolment';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { connect, createClient } from '@lianzheng/rpc';
import { createLogger } from '@lianzheng/runtime';
import {
  environmentFor,
  operatorTokenFile,
  readNodeConfig,
  SERVICES,
  startMesh,
  startStandalone,
} from '../src/index.ts';
import { configOf, mainOf } from '../src/services.ts';
import { provinceFolder } from './province.ts';

const quiet = createLogger({ service: 'node', node: '440000', level: 'silent' });

async function keysAt(dir: string, port: number) {
  const layout = layoutOf(dir);
  const [ca, cert, key] = await Promise.all(
    [layout.ca, layout.certificate('operator'), layout.privateKey('operator')].map((path) =>
      readFile(path, 'utf8'),
    ),
  );
  const channel = connect({
    address: `127.0.0.1:${port}`,
    tls: { ca: ca!, cert: cert!, key: key! },
    expect: 'lianzheng://440000/service/signature',
  });
  try {
    await channel.ready(60_000);
    return (await createClient(SignatureServiceService, channel).listKeys({ purpose: '' })).keys;
  } finally {
    channel.close();
  }
}

test('every problem of node.json is told at once, and no password', async (t) => {
  const dir = await provinceFolder(t, {});
  await updateNodeFile(dir, {
    portBase: 0,
    database: { adminUrl: 'no url' },
    mdoe: 'mesh',
    kafka: undefined,
  });
  assert.throws(
    () => readNodeConfig(dir),
    ({ message }: Error) => {
      for (const name of ['portBase', 'database', 'mdoe', 'kafka']) assert.match(message, new RegExp(name));
      assert.doesNotMatch(message, /no url/);
      return true;
    },
  );
});

test('the environment of each service is what its configuration asks for, and no more', async (t) => {
  const config = readNodeConfig(await provinceFolder(t, {}));
  for (const service of SERVICES.filter((name) => existsSync(mainOf(name)))) {
    const env = await environmentFor(service, config);
    const { readConfig } = await configOf(service);
    assert.doesNotThrow(() => readConfig(env), service);
    assert.equal('LZ_KEYSTORE' in env, service === 'signature', service);
  }
  const urls = new Set([
    (await environmentFor('issuance', config)).LZ_DATABASE_URL,
    (await environmentFor('audit', config)).LZ_DATABASE_URL,
  ]);
  assert.equal(urls.size, 2);
});

test('the token of operators is made once, for its owner and the gateway alone', async (t) => {
  const config = readNodeConfig(await provinceFolder(t, {}));
  const name = 'LZ_GATEWAY_OPERATOR_TOKEN_FILE';
  const read = async () => readFile((await environmentFor('gateway', config))[name]!, 'utf8');
  const token = await read();
  assert.match(token, /^[\w-]{43}\n$/);
  assert.equal((await stat(operatorTokenFile(config.dir))).mode & 0o777, 0o600);
  assert.equal(await read(), token);
  assert.equal(name in (await environmentFor('exchange', config)), false);
});

test('standalone: services run in this process and stop', async (t) => {
  const metricsPort = await freePort();
  const dir = await provinceFolder(t, { services: ['signature'], metricsPort });
  const config = readNodeConfig(dir);
  const node = await startStandalone(config);
  const keys = await keysAt(dir, config.ports.signature);
  assert.ok(keys.some(({ name }) => name === 'lianzheng/440000/status/1'));
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  assert.match(metrics, /signature/);
  await node.stop();
  assert.equal(await listens(config.ports.signature), false);
});

test('standalone: what started is stopped again when another cannot start', async (t) => {
  const dir = await provinceFolder(t, { services: ['signature', 'audit'] });
  await updateNodeFile(dir, { database: { adminUrl: 'postgres://postgres:x@127.0.0.1:1/none' } });
  const config = readNodeConfig(dir);
  await assert.rejects(startStandalone(config));
  assert.equal(await listens(config.ports.signature), false);
});

test('mesh: a process per service, started again when it dies', async (t) => {
  const signatureMetrics = await freePort();
  // In the order of their ports: catalog's by 2 further on, issuance's by 4, signature's by 6.
  const dir = await provinceFolder(t, { services: ['signature'], metricsPort: signatureMetrics - 6 });
  const config = readNodeConfig(dir, 'mesh');
  const mesh = await startMesh(config, quiet);
  t.after(() => mesh.stop());
  assert.ok((await keysAt(dir, config.ports.signature)).length > 0);
  const metrics = await (await fetch(`http://127.0.0.1:${signatureMetrics}/metrics`)).text();
  assert.match(metrics, /^lz_rpc_server_ms_count\{service="signature",.*ListKeys",code="OK",/m);
  const first = mesh.process('signature')!;
  assert.notEqual(first.pid, process.pid);
  first.kill('SIGKILL');
  await first.exited;
  while (mesh.restarts('signature') === 0) await delay(20);
  assert.ok((await keysAt(dir, config.ports.signature)).length > 0);
  assert.notEqual(mesh.process('signature')?.pid, first.pid);
  await mesh.stop();
  assert.equal(await listens(config.ports.signature), false);
  assert.ok(existsSync(join(dir, 'log', 'signature.log')));
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy() && resolve(true));
    socket.once('error', () => resolve(false));
  });
}
