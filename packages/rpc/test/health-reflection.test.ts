import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import type { Client, ServiceError } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { FileDescriptorProto, FileDescriptorSet } from '@lianzheng/proto/gen/google/protobuf/descriptor.ts';
import { askHealth, isMeshError } from '../src/index.ts';
import { fromStatus } from '../src/status.ts';
import { identity } from './certificates.ts';
import { connectChannel, descriptorSet, startEcho } from './echo.ts';
import { rawClient } from './raw.ts';

const { resolve } = createRequire(import.meta.url);
const protos = {
  health: path.join(path.dirname(resolve('grpc-health-check')), '../../proto/health/v1/health.proto'),
  v1: path.join(path.dirname(resolve('@grpc/reflection')), '../proto/grpc/reflection/v1/reflection.proto'),
};
type AnyMethod = MethodDefinition<object, Answer>;
// biome-ignore lint/suspicious/noExplicitAny: messages of a proto that is loaded at run time
type Answer = any;

function methodOf(proto: string, service: string, name: string): AnyMethod {
  const loaded = loadSync(proto, { keepCase: true, enums: String, oneofs: true, defaults: true });
  return (loaded[service] as Record<string, AnyMethod>)[name]!;
}

const echoService = 'lianzheng.test.v1.EchoService';
const check = methodOf(protos.health, 'grpc.health.v1.Health', 'Check');
const watch = methodOf(protos.health, 'grpc.health.v1.Health', 'Watch');

function checkHealth(client: Client, service: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      check.path,
      check.requestSerialize,
      check.responseDeserialize,
      { service },
      (failure: ServiceError | null, answer?: Answer) =>
        failure ? reject(fromStatus(failure)) : resolve(answer.status),
    );
  });
}

test('our own client reads what the server says', async (t) => {
  const { server } = await startEcho(t);
  const channel = connectChannel(t, server.address);
  assert.equal(await askHealth(channel, echoService), 'SERVING');
  server.setServing(echoService, false);
  assert.equal(await askHealth(channel, echoService), 'NOT_SERVING');
  await assert.rejects(askHealth(channel, 'no.such.Service'), (error) => isMeshError(error, 'NOT_FOUND'));
});

test('health is told per service and for the whole server', async (t) => {
  const { server } = await startEcho(t);
  const client = rawClient(t, server.address);
  assert.deepEqual(
    [await checkHealth(client, echoService), await checkHealth(client, '')],
    ['SERVING', 'SERVING'],
  );
  server.setServing(echoService, false);
  assert.deepEqual(
    [await checkHealth(client, echoService), await checkHealth(client, '')],
    ['NOT_SERVING', 'NOT_SERVING'],
  );
  server.setServing(echoService, true);
  assert.equal(await checkHealth(client, ''), 'SERVING');
  await assert.rejects(checkHealth(client, 'no.such.Service'), (error) => isMeshError(error, 'NOT_FOUND'));
  assert.throws(() => server.setServing('no.such.Service', true), /not a service/);
});

test('health and reflection answer any identity, also one without roles, and nobody else', async (t) => {
  const { server } = await startEcho(t);
  const stranger = await identity({ uri: 'lianzheng://440100/operator/somebody' });
  const nobody = await identity({ dnsNames: ['localhost'] });
  assert.equal(await checkHealth(rawClient(t, server.address, stranger), ''), 'SERVING');
  await assert.rejects(
    checkHealth(rawClient(t, server.address, nobody), ''),
    (error) => isMeshError(error, 'UNAUTHENTICATED') && error.reason === 'NO_IDENTITY',
  );
  assert.ok(
    (await reflect(rawClient(t, server.address, stranger), { list_services: '*' })).list_services_response,
  );
  await assert.rejects(reflect(rawClient(t, server.address, nobody), { list_services: '*' }), (error) =>
    isMeshError(fromStatus(error as ServiceError), 'UNAUTHENTICATED'),
  );
});

test('a watch of health sees the stop coming and does not delay it', async (t) => {
  const { server } = await startEcho(t);
  const stream = rawClient(t, server.address).makeServerStreamRequest(
    watch.path,
    watch.requestSerialize,
    watch.responseDeserialize,
    { service: echoService },
  );
  const seen: string[] = [];
  const ended = once(stream, 'error');
  await new Promise<void>((first) => {
    stream.on('data', ({ status }) => {
      seen.push(status);
      first();
    });
  });
  const begun = Date.now();
  await server.stop({ graceMs: 20_000 });
  assert.ok(Date.now() - begun < 10_000);
  const [error] = await ended.catch((failure) => [failure]);
  assert.ok(isMeshError(fromStatus(error as ServiceError), 'UNAVAILABLE'));
  assert.deepEqual(seen, ['SERVING', 'NOT_SERVING']);
});

/** One question to the reflection service, as grpcurl asks them. */
async function reflect(client: Client, question: object): Promise<Answer> {
  const info = methodOf(protos.v1, 'grpc.reflection.v1.ServerReflection', 'ServerReflectionInfo');
  const stream = client.makeBidiStreamRequest(info.path, info.requestSerialize, info.responseDeserialize);
  stream.end(question);
  for await (const answer of stream) return answer;
}

test('reflection lists the services of this server and gives their files as they were built', async (t) => {
  const { server } = await startEcho(t);
  const client = rawClient(t, server.address);
  const { list_services_response: list } = await reflect(client, { list_services: '*' });
  assert.deepEqual(list.service, [{ name: echoService }]);

  const { file_descriptor_response: found } = await reflect(client, { file_containing_symbol: echoService });
  const files: FileDescriptorProto[] = found.file_descriptor_proto.map((bytes: Buffer) =>
    FileDescriptorProto.decode(bytes),
  );
  const built = FileDescriptorSet.decode(descriptorSet).file;
  assert.deepEqual(files.map(({ name }) => name).sort(), [
    'google/protobuf/timestamp.proto',
    'lianzheng/test/v1/echo.proto',
  ]);
  for (const file of files)
    assert.deepEqual(
      file,
      built.find(({ name }) => name === file.name),
    );

  const missing = await reflect(client, { file_containing_symbol: 'no.such.Symbol' });
  assert.equal(missing.error_response.error_code, 5);
});
