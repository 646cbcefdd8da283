// Verifies licences of the synthetic log in a closed loop; argument: VerifyLoad as JSON. Last line: LoadReport.
import { ExchangeServiceService, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { verifyRequest } from '../requests.ts';
import { closedLoop } from './closed-loop.ts';

export type VerifyLoad = {
  address: string;
  expect: string;
  tls: TlsIdentity;
  /** Entries of the log. */
  size: number;
  channels: number;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
};

const options: VerifyLoad = JSON.parse(process.argv[2]!);
const channel = connect(options);
await channel.ready(10_000);
const exchange = createClient(ExchangeServiceService, channel);
// Drawn beforehand: making an identifier would be a part of the client's time.
const requests = Array.from({ length: 50_000 }, () =>
  verifyRequest(Math.floor(Math.random() * options.size)),
);
let turn = 0;

const report = await closedLoop({
  ...options,
  async call() {
    const answer = await exchange.verifyLicence(requests[turn++ % requests.length]!);
    if (answer.outcome !== Outcome.FOUND || !answer.freshness?.fresh || answer.freshness.fromHome)
      throw new Error(`not verified from the copy: ${answer.outcome} ${answer.freshness?.staleReason}`);
  },
});
channel.close();
console.log(JSON.stringify(report));
