// The same closed loop on bare grpc-js; argument: EchoLoad as JSON. Last line: LoadReport.
import { ChannelCredentials, Client } from '@grpc/grpc-js';
import { closedLoop } from './closed-loop.ts';

export type EchoLoad = {
  address: string;
  tls: { ca: string; cert: string; key: string };
  requestBytes: number;
  channels: number;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
};

const options: EchoLoad = JSON.parse(process.argv[2]!);
const { tls } = options;
const credentials = ChannelCredentials.createSsl(
  Buffer.from(tls.ca),
  Buffer.from(tls.key),
  Buffer.from(tls.cert),
);
const clients = Array.from(
  { length: options.channels },
  () =>
    new Client(options.address, credentials, {
      'grpc.ssl_target_name_override': 'localhost',
      'grpc.use_local_subchannel_pool': 1,
    }),
);
const asIs = (bytes: Buffer) => bytes;
const request = Buffer.alloc(options.requestBytes, 7);
let turn = 0;

const report = await closedLoop({
  ...options,
  call: () =>
    new Promise((resolve, reject) => {
      const client = clients[turn++ % clients.length]!;
      client.makeUnaryRequest('/bench.Echo/Call', asIs, asIs, request, (error) =>
        error ? reject(error) : resolve(),
      );
    }),
});
for (const client of clients) client.close();
console.log(JSON.stringify(report));
