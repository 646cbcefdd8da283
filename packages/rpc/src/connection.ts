// The only place that looks behind the public interface of grpc-js: it offers no handle of the connection, and
// parsing the peer's certificate anew for each call costs more than the call.
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { TLSSocket } from 'node:tls';
import type { ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';

export type ServerCall = ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;

type Inner = { call?: { stream?: ServerHttp2Stream } };

export function http2StreamOf(call: object): ServerHttp2Stream | undefined {
  return (call as Inner).call?.stream;
}

export function sessionOf(call: object): ServerHttp2Session | undefined {
  return http2StreamOf(call)?.session as ServerHttp2Session | undefined;
}

export type PeerCertificate = { subjectAltName?: string; notAfterMs: number };

/** The verified certificate of the peer; `undefined` without TLS, without a certificate or when it was not verified. */
export function peerCertificateOf(session: ServerHttp2Session): PeerCertificate | undefined {
  const socket: unknown = session.socket;
  // http2 hands out a proxy of the socket; instanceof sees through it.
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  return { subjectAltName: certificate.subjectAltName, notAfterMs: certificate.validToDate.getTime() };
}
