import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import { http2StreamOf } from './connection.ts';
import { decodeMessage, type NameField } from './decode.ts';
import { type MeshError, resourceExhausted } from './errors.ts';
import {
  type MethodDefinition,
  type RequestOf,
  type ResponseOf,
  type ServiceDefinition,
  serviceNameOf,
} from './methods.ts';
import { type Call, type CallRules, type OpenCall, openCall } from './open-call.ts';
import { toStatus } from './status.ts';

/** The handler of one RPC, typed by its generated definition. */
export type Handler<M extends MethodDefinition> = M['responseStream'] extends true
  ? (request: RequestOf<M>, call: Call) => AsyncIterable<ResponseOf<M>>
  : (request: RequestOf<M>, call: Call) => Promise<ResponseOf<M>>;

/** One handler per RPC of the service; a missing one does not compile. */
export type Handlers<S extends ServiceDefinition> = { readonly [K in keyof S]: Handler<S[K]> };

/** A service with its handlers, ready for `startServer`. */
export type ServiceBinding = {
  readonly name: string;
  readonly service: ServiceDefinition;
  readonly handlers: { readonly [method: string]: UntypedHandler };
};

type UntypedHandler = (request: unknown, call: Call) => Promise<unknown> | AsyncIterable<unknown>;

export function bind<S extends ServiceDefinition>(service: S, handlers: Handlers<S>): ServiceBinding {
  return {
    name: serviceNameOf(service),
    service,
    handlers: handlers as unknown as ServiceBinding['handlers'],
  };
}

// Messages pass grpc-js as bytes: we decode after the caller is admitted, and answer our own errors.
export type Wired = {
  method: MethodDefinition;
  handler: UntypedHandler;
  rules: CallRules;
  maxMessageBytes: number;
  nameField?: NameField;
};

export function unaryCall(wired: Wired): handleUnaryCall<Buffer, Buffer> {
  return (grpcCall, callback) => {
    const refuse = (error: MeshError) => callback(toStatus(error));
    const open = openCall(grpcCall, wired.method.path, wired.rules, refuse);
    answer(wired, open, grpcCall.request).then(
      (bytes) => open.settle('OK') && callback(null, bytes),
      (thrown) => open.fail(thrown),
    );
  };
}

async function answer(wired: Wired, open: OpenCall, bytes: Buffer): Promise<Buffer> {
  const { request, call } = await admitted(wired, open, bytes);
  return encoded(wired, await (wired.handler(request, call) as Promise<unknown>));
}

export function streamingCall(wired: Wired): handleServerStreamingCall<Buffer, Buffer> {
  return (grpcCall) => {
    const refuse = (error: MeshError) => {
      grpcCall.emit('error', toStatus(error));
      closeSoon(grpcCall);
    };
    const open = openCall(grpcCall, wired.method.path, wired.rules, refuse);
    const drained = waitForDrain(grpcCall, open.context.signal);
    pump(wired, open, grpcCall.request, (chunk) => (grpcCall.write(chunk) ? undefined : drained())).then(
      () => open.settle('OK') && grpcCall.end(),
      (thrown) => open.fail(thrown),
    );
  };
}

async function pump(
  wired: Wired,
  open: OpenCall,
  bytes: Buffer,
  write: (chunk: Buffer) => Promise<void> | undefined,
): Promise<void> {
  const { request, call } = await admitted(wired, open, bytes);
  for await (const message of wired.handler(request, call) as AsyncIterable<unknown>) {
    if (open.settled()) return;
    await write(encoded(wired, message));
  }
}

async function admitted(
  { method, nameField }: Wired,
  open: OpenCall,
  bytes: Buffer,
): Promise<{ request: unknown; call: Call }> {
  const admission = open.admitted();
  const caller = admission instanceof Promise ? await admission : admission;
  const request = decodeMessage(method.requestDeserialize, bytes, nameField);
  open.received(request);
  return { request, call: { ...open.context, caller } };
}

function encoded({ method, maxMessageBytes }: Wired, response: unknown): Buffer {
  const bytes = method.responseSerialize(response as never);
  if (bytes.length > maxMessageBytes)
    throw resourceExhausted('RESPONSE_TOO_LARGE', `应答过大 / response larger than ${maxMessageBytes} bytes`);
  return bytes;
}

type Drains = {
  once(event: 'drain', listener: () => void): unknown;
  off(event: 'drain', listener: () => void): unknown;
};

/** A cancelled call never drains, so the wait ends with the call as well. */
function waitForDrain(stream: Drains, signal: AbortSignal): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      const done = () => {
        stream.off('drain', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      stream.once('drain', done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
}

const lingerMs = 1000;

/** A client that does not read would hold its stream, and what is buffered for it, for ever. */
function closeSoon(grpcCall: object): void {
  const stream = http2StreamOf(grpcCall);
  if (!stream || stream.closed) return;
  const timer = setTimeout(() => stream.close(8 /* CANCEL */), lingerMs);
  timer.unref();
  stream.once('close', () => clearTimeout(timer));
}
