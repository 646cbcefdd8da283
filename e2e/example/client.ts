// What a department's own program needs to call its node: two packages from npm and the files below proto/.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  type ChannelCredentials,
  credentials,
  loadPackageDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const root = path.resolve(import.meta.dirname, '../..');
const protoFolder = path.join(root, 'proto');

/** Written by the running demo; in production the same facts come with the department's certificate. */
const meshFile = process.env.LZ_MESH ?? path.join(root, 'var/mesh/mesh.json');

type Caller = { node: string; department: string; cert: string; key: string };
type Mesh = {
  ca: string;
  nodes: { node: string; services: Record<string, { address: string; serverName: string }> }[];
  callers: Record<string, Caller[]>;
};

/** Messages as proto-loader gives them: lowerCamelCase, enums by name, 64-bit numbers as text, times as {seconds, nanos}. */
export type Message = { [field: string]: unknown };
export type Service = { call(method: string, request: Message): Promise<Message> };

/**
 * Connects as a department of that node. `service`: its address in mesh.json; `name`: its full name in the protos.
 * `department`: its credit code; the first one of that role when left out.
 */
export function connect(
  { node, role, department }: { node: string; role: 'issuing' | 'using'; department?: string },
  { service, name, file }: { service: string; name: string; file: string },
): Service {
  const mesh = JSON.parse(readFileSync(meshFile, 'utf8')) as Mesh;
  const caller = mesh.callers[role]?.find(
    (one) => one.node === node && (department === undefined || one.department === department),
  );
  const at = mesh.nodes.find((one) => one.node === node)?.services[service];
  if (!caller || !at) throw new Error(`${meshFile}: no ${role} department or no ${service} of node ${node}`);

  const definition = loadSync(file, {
    includeDirs: [protoFolder],
    enums: String,
    longs: String,
    defaults: true,
  });
  const Client = find(loadPackageDefinition(definition), name);
  const client = new Client(at.address, tlsOf(mesh, caller, `lianzheng://${node}/service/${service}`), {
    'grpc.ssl_target_name_override': at.serverName,
  });
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        // Always a deadline: nobody may wait forever.
        const deadline = Date.now() + 10_000;
        client[method]!(request, { deadline }, (error, response) =>
          error ? reject(error) : resolve(response!),
        );
      }),
  };
}

/** Mutual TLS: we show our certificate, and the server's must name the service that we mean. */
function tlsOf(mesh: Mesh, caller: Caller, expected: string): ChannelCredentials {
  const pem = (file: string) => readFileSync(path.resolve(path.dirname(meshFile), file));
  return credentials.createSsl(pem(mesh.ca), pem(caller.key), pem(caller.cert), {
    checkServerIdentity(host: string, certificate: PeerCertificate) {
      const names = certificate.subjectaltname?.split(', ') ?? [];
      if (!names.includes(`URI:${expected}`)) return new Error(`the server is not ${expected}`);
      return checkServerIdentity(host, certificate);
    },
  });
}

type Callback = (error: ServiceError | null, response?: Message) => void;
type Methods = {
  [method: string]: (request: Message, options: { deadline: number }, callback: Callback) => void;
};
type ClientClass = new (address: string, credentials: ChannelCredentials, options: object) => Methods;

function find(loaded: object, name: string): ClientClass {
  return name
    .split('.')
    .reduce((at: unknown, part) => (at as Record<string, unknown>)[part], loaded) as ClientClass;
}

/** What to tell a person, and whether trying again can help. */
export function explain(error: ServiceError): string {
  const passing = [4, 8, 10, 14]; // DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE
  const advice = passing.includes(error.code) ? '，可以重试 / may be tried again' : '';
  return `[${error.code}] ${error.details}${advice}`;
}
