// The same closed loop as of the verifications, against an echo; argument: EchoLoad as JSON. Last line: LoadReport.
import { bareClient } from './bare-client.ts';
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
const client = bareClient({ ...options, serverName: 'localhost' });
const request = Buffer.alloc(options.requestBytes, 7);

const report = await closedLoop({
  ...options,
  async call() {
    await client.call('/bench.Echo/Call', request);
  },
});
client.close();
console.log(JSON.stringify(report));
