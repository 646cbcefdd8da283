import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createRelay } from './relay.ts';

async function echo(t: TestContext) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { port: (server.address() as { port: number }).port, open };
}

async function dial(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

async function echoes(socket: Socket, text: string): Promise<void> {
  const answer = once(socket, 'data');
  socket.write(text);
  assert.equal(String((await answer)[0]), text);
}

test('a relay carries bytes, a cut breaks and refuses, a heal lets new connections through', async (t) => {
  const { port } = await echo(t);
  const relay = await createRelay({ target: { port } });
  t.after(() => relay.stop());
  const first = await dial(t, relay.port);
  await echoes(first, 'hello');

  const broken = new Promise((resolve) => first.once('close', resolve));
  await relay.cut();
  await broken;
  await assert.rejects(dial(t, relay.port), { code: 'ECONNREFUSED' });

  await relay.heal();
  await echoes(await dial(t, relay.port), 'again');
});

test('a connection ends when its target ends', async (t) => {
  const { port, open } = await echo(t);
  const relay = await createRelay({ target: { port } });
  t.after(() => relay.stop());
  const socket = await dial(t, relay.port);
  await echoes(socket, 'hello');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const each of open) each.destroy();
  await closed;
});

test('cutting twice, healing twice and stopping twice change nothing', async (t) => {
  const { port } = await echo(t);
  const relay = await createRelay({ target: { port } });
  await relay.cut();
  await relay.cut();
  await relay.heal();
  await relay.heal();
  await echoes(await dial(t, relay.port), 'hello');
  await relay.stop();
  await relay.stop();
});
