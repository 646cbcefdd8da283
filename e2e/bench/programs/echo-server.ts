// Bare grpc-js with mTLS: answers every call with the same bytes; argument: EchoServer as JSON. First line: its port.
import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';

export type EchoServer = { tls: { ca: string; cert: string; key: string }; responseBytes: number };

const { tls, responseBytes }: EchoServer = JSON.parse(process.argv[2]!);
const asIs = (bytes: Buffer) => bytes;
const response = Buffer.alloc(responseBytes, 7);
const server = new Server();
const echo: handleUnaryCall<Buffer, Buffer> = (_call, answer) => answer(null, response);
server.register('/bench.Echo/Call', echo, asIs, asIs, 'unary');
const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
const credentials = ServerCredentials.createSsl(Buffer.from(tls.ca), [pair], true);
server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
  if (error) throw error;
  console.log(port);
});
