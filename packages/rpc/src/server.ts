import { type ServerOptions as GrpcOptions, Server, ServerCredentials } from '@grpc/grpc-js';
import { type Admission, type Authorise, createAdmission, type RoleTable } from './admission.ts';
import { type ServiceBinding, streamingCall, unaryCall, type Wired } from './bind.ts';
import type { CallListeners } from './call.ts';
import { type MeshError, unavailable } from './errors.ts';
import { createFieldNamer } from './field-path.ts';
import { guard } from './guard.ts';
import { createHealth } from './health.ts';
import { abortCall, type CallRules, type OpenCall } from './open-call.ts';
import { addReflection } from './reflection.ts';

/** PEM texts: the CA that signs every peer, our certificate (chain) and its PKCS#8 key. */
export type TlsIdentity = { ca: string; cert: string; key: string };

export type ServerOptions = CallListeners & {
  /** `host:port`; port 0 takes a free one. */
  address: string;
  tls: TlsIdentity;
  services: readonly ServiceBinding[];
  roles: RoleTable;
  authorise: Authorise;
  /** Largest request and response. */
  maxMessageBytes?: number;
  /** Every call ends by then, also where the caller sent no deadline. */
  capMs?: number;
  /** Paths of streams that live longer, such as watches, and their own cap. */
  longLived?: ReadonlySet<string>;
  longLivedCapMs?: number;
  /** Per connection. */
  maxConcurrentCalls?: number;
  /** A serialized google.protobuf.FileDescriptorSet; without it there is no reflection. */
  reflection?: { descriptorSet: Uint8Array };
};

export type RunningServer = {
  readonly port: number;
  /** `host:port` with the port that was taken. */
  readonly address: string;
  /** What `grpc.health.v1` answers for a service; all are serving after start. */
  setServing(service: string, serving: boolean): void;
  /** Takes no new calls, ends long-lived streams, lets the others finish, aborts what is left after the grace. */
  stop(options?: { graceMs?: number }): Promise<void>;
};

/** Fails when the address cannot be bound or a certificate cannot be read. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = limitsOf(options);
  const server = new Server(grpcOptions(limits));
  const admission = createAdmission(options.roles, options.authorise);
  const calls = { short: new Set<OpenCall>(), long: new Set<OpenCall>() };
  registerServices(server, options, limits, admission, calls);

  const names = options.services.map(({ name }) => name);
  const health = createHealth(names);
  const guarded = guard(server, admission);
  health.addTo(guarded);
  if (options.reflection) addReflection(guarded, options.reflection.descriptorSet, names);

  const port = await listen(server, options.address, options.tls);
  const host = options.address.slice(0, options.address.lastIndexOf(':'));

  async function stop(graceMs: number): Promise<void> {
    health.stop();
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    for (const call of calls.long) abortCall(call, stopping());
    guarded.endStreams(stopping());
    if (await within(graceMs, closed)) return;
    for (const call of calls.short) abortCall(call, stopping());
    if (!(await within(lastAnswersMs, closed))) server.forceShutdown();
  }

  let stopped: Promise<void> | undefined;
  return {
    port,
    address: `${host}:${port}`,
    setServing: health.setServing,
    stop({ graceMs = 5000 } = {}) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

type Limits = Required<
  Pick<ServerOptions, 'maxMessageBytes' | 'capMs' | 'longLivedCapMs' | 'maxConcurrentCalls'>
>;

function limitsOf({
  maxMessageBytes = 4 * 1024 * 1024,
  capMs = 30_000,
  longLivedCapMs = 3_600_000,
  maxConcurrentCalls = 256,
}: ServerOptions): Limits {
  return { maxMessageBytes, capMs, longLivedCapMs, maxConcurrentCalls };
}

function registerServices(
  server: Server,
  { services, longLived, reflection, onCallStart, onCall, beforeRefusal, onError }: ServerOptions,
  { maxMessageBytes, capMs, longLivedCapMs }: Limits,
  admission: Admission,
  calls: { short: Set<OpenCall>; long: Set<OpenCall> },
): void {
  const shared = { onCallStart, onCall, beforeRefusal, onError, admission };
  const short: CallRules = { ...shared, capMs, active: calls.short };
  const long: CallRules = { ...shared, capMs: longLivedCapMs, active: calls.long };
  const namer = reflection && createFieldNamer(reflection.descriptorSet);
  for (const { service, handlers } of services)
    for (const [name, method] of Object.entries(service)) {
      const rules = longLived?.has(method.path) ? long : short;
      const nameField = namer && ((bytes: Buffer, at: number) => namer(method.path, bytes, at));
      register(server, { method, handler: handlers[name]!, rules, maxMessageBytes, nameField });
    }
}

function register(server: Server, wired: Wired): void {
  const { path, responseStream } = wired.method;
  const added = responseStream
    ? server.register(path, streamingCall(wired), asIs, asIs, 'serverStream')
    : server.register(path, unaryCall(wired), asIs, asIs, 'unary');
  if (!added) throw new Error(`bound twice: ${path}`);
}

function stopping(): MeshError {
  return unavailable('SERVER_STOPPING', '服务正在停止 / server is stopping', { retryAfterMs: 1000 });
}

// Time for the answers of aborted calls to leave before connections are cut.
const lastAnswersMs = 200;

const asIs = (bytes: Buffer) => bytes;

function grpcOptions({ maxMessageBytes, maxConcurrentCalls }: Limits): GrpcOptions {
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': maxConcurrentCalls,
    // Peers that vanished without a word are noticed within 15 s.
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.enable_channelz': 0,
  };
}

function listen(server: Server, address: string, { ca, cert, key }: TlsIdentity): Promise<number> {
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) };
  const credentials = ServerCredentials.createSsl(Buffer.from(ca), [pair], true);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
}

/** Whether `done` was fulfilled within `ms`. */
async function within(ms: number, done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const first = await Promise.race([done.then(() => true as const), late]);
  clearTimeout(timer);
  return first;
}
