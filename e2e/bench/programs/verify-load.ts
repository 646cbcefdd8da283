// Verifies licences of the synthetic log in a closed loop; argument: VerifyLoad as JSON. Last line: LoadReport.
import { ExchangeServiceService, Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import type { TlsIdentity } from '@lianzheng/rpc';
import { verifyRequest } from '../requests.ts';
import { bareClient } from './bare-client.ts';
import { closedLoop } from './closed-loop.ts';

export type VerifyLoad = {
  address: string;
  tls: TlsIdentity;
  /** Entries of the log. */
  size: number;
  channels: number;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
};

const { path, requestSerialize, responseDeserialize } = ExchangeServiceService.verifyLicence;
const options: VerifyLoad = JSON.parse(process.argv[2]!);
const client = bareClient({ ...options, serverName: 'localhost' });
// Drawn beforehand: making up a question would be a part of the client's time.
const requests = Array.from({ length: 50_000 }, () =>
  requestSerialize(verifyRequest(Math.floor(Math.random() * options.size))),
);
let turn = 0;

const report = await closedLoop({
  ...options,
  async call() {
    const { outcome, freshness } = responseDeserialize(
      await client.call(path, requests[turn++ % requests.length]!),
    );
    if (outcome !== Outcome.FOUND || !freshness?.fresh || freshness.fromHome)
      throw new Error(`not verified from the copy: ${outcome} ${freshness?.staleReason}`);
  },
});
client.close();
console.log(JSON.stringify(report));
