// A client of bare grpc-js that sends whatever bytes it is given.
import { type ClientHttp2Stream, connect } from 'node:http2';
import type { TestContext } from 'node:test';
import { ChannelCredentials, Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { TlsIdentity } from '../src/index.ts';
import { fromStatus } from '../src/status.ts';
import { issuing } from './certificates.ts';

const asIs = (bytes: Buffer) => bytes;

export function rawClient(t: TestContext, address: string, { ca, cert, key }: TlsIdentity = issuing): Client {
  const credentials = ChannelCredentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert));
  const client = new Client(address, credentials, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.enable_http_proxy': 0,
  });
  t.after(() => client.close());
  return client;
}

/** Rejects with the MeshError that the status stands for. */
export function sendRaw(
  client: Client,
  path: string,
  bytes: Uint8Array,
  { metadata = new Metadata() }: { metadata?: Metadata } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      Buffer.from(bytes),
      metadata,
      {},
      (failure: ServiceError | null, answer) => {
        if (failure) reject(fromStatus(failure));
        else resolve(answer!);
      },
    );
  });
}

export const cancelCode = 8;

/** One call by bare HTTP/2, for what no gRPC client would do. */
export function openStream(
  t: TestContext,
  address: string,
  path: string,
  message: Uint8Array,
  { gzip = false }: { gzip?: boolean } = {},
): ClientHttp2Stream {
  const { ca, cert, key } = issuing;
  const session = connect(`https://${address}`, { ca, cert, key, servername: 'localhost' });
  t.after(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    ...(gzip ? { 'grpc-encoding': 'gzip' } : {}),
  });
  const head = Buffer.alloc(5);
  head.writeUInt8(gzip ? 1 : 0);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
  return stream;
}
