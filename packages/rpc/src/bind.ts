import type { handleServerStreamingCall, handleUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Call } from './call.ts';
import { http2StreamOf } from './connection.ts';
import { decodeMessage, type NameField } from './decode.ts';
import { resourceExhausted } from './errors.ts';
import {
  type MethodDefinition,
  type RequestOf,
  type ResponseOf,
  type ServiceDefinition,
  serviceNameOf,
} from './methods.ts';
import { type CallRules, failCall, handlerCall, type OpenCall, openCall, settleCall } from './open-call.ts';
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
  const { method, rules } = wired;
  return (grpcCall, callback) => {
    const open = openCall(grpcCall, method.path, rules, (error) => callback(toStatus(error)));
    void answer(wired, open, grpcCall.request, callback);
  };
}

async function answer(
  wired: Wired,
  open: OpenCall,
  bytes: Buffer,
  callback: (failure: null, answer: Buffer) => void,
): Promise<void> {
  try {
    open.caller = await wired.rules.admission.admit(open.grpcCall, open.path);
    open.request = decodeMessage(wired.method.requestDeserialize, bytes, wired.nameField);
    const response = await (wired.handler(open.request, handlerCall(open, open.caller)) as Promise<unknown>);
    const encoded = encode(wired, response);
    if (settleCall(open, 'OK')) callback(null, encoded);
  } catch (thrown) {
    await failCall(open, thrown);
  }
}

export function streamingCall(wired: Wired): handleServerStreamingCall<Buffer, Buffer> {
  const { method, rules } = wired;
  return (grpcCall) => {
    const open = openCall(grpcCall, method.path, rules, (error) => {
      grpcCall.emit('error', toStatus(error));
      closeSoon(grpcCall);
    });
    void pump(wired, open, grpcCall);
  };
}

async function pump(
  wired: Wired,
  open: OpenCall,
  stream: ServerWritableStream<Buffer, Buffer>,
): Promise<void> {
  try {
    open.caller = await wired.rules.admission.admit(open.grpcCall, open.path);
    open.request = decodeMessage(wired.method.requestDeserialize, stream.request, wired.nameField);
    const messages = wired.handler(open.request, handlerCall(open, open.caller)) as AsyncIterable<unknown>;
    for await (const message of messages) {
      if (open.settled) return;
      if (!stream.write(encode(wired, message))) await drain(stream, open.controller.signal);
    }
    if (settleCall(open, 'OK')) stream.end();
  } catch (thrown) {
    await failCall(open, thrown);
  }
}

function encode({ method, maxMessageBytes }: Wired, response: unknown): Buffer {
  const bytes = method.responseSerialize(response as never);
  if (bytes.length > maxMessageBytes)
    throw resourceExhausted('RESPONSE_TOO_LARGE', `应答过大 / response larger than ${maxMessageBytes} bytes`);
  return bytes;
}

/** A cancelled call never drains, so the wait ends with the call as well. */
function drain(stream: ServerWritableStream<Buffer, Buffer>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
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
