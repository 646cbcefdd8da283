// Issues licences in a closed loop; argument: IssueLoad as JSON. Last line: LoadReport.
import { randomUUID } from 'node:crypto';
import { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { generateStock, stockType } from '@lianzheng/stock';
import { header } from '../../harness/desk.ts';
import { licenceFromRow } from '../../harness/licence.ts';
import { closedLoop } from './closed-loop.ts';

export type IssueLoad = {
  address: string;
  expect: string;
  tls: TlsIdentity;
  /** Proto3 JSON. */
  type: unknown;
  issuer: { code: string; name: string };
  channels: number;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
};

const DAY_MS = 86_400_000;
/** More than can be issued in the time. */
const PREPARED = 100_000;

const options: IssueLoad = JSON.parse(process.argv[2]!);
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
const stock = generateStock({
  type: stockType(LicenceType.fromJSON(options.type)),
  issuer: options.issuer,
  count: PREPARED,
  seed: randomUUID(),
  issuedBetween: { first: daysAgo(90), last: daysAgo(32) },
});
// Drawn beforehand: making up a licence is no part of issuing it.
const licences = Array.from(stock, licenceFromRow);
const channel = connect(options);
await channel.ready(10_000);
const issuance = createClient(IssuanceServiceService, channel);
let turn = 0;

const report = await closedLoop({
  ...options,
  async call() {
    const data = licences[turn++];
    if (!data) throw new Error('more was issued than prepared');
    const { licence } = await issuance.issueLicence({ header: header(), data });
    if (!licence?.identifier) throw new Error('no licence in the answer');
  },
});
channel.close();
console.log(JSON.stringify(report));
