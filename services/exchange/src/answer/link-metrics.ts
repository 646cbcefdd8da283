import {
  AlarmKind,
  type Link,
  type ListLinksResponse,
  type LogLink,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Labels, Metrics, Observed } from '@lianzheng/runtime/telemetry';
import { type LinksOptions, listLinks } from './links.ts';

const ofLogs = {
  lz_link_verified_entries: 'Entries of the log that were verified and applied here.',
  lz_link_entries_behind: 'Entries that its owner has and we do not; absent = unknown.',
  lz_link_seconds_behind: 'Age of what is known of the log; absent = never heard.',
  lz_link_backlog_to_send:
    'Entries of our log of this name that the node has not verified; absent = unknown.',
  lz_link_fresh: '1 = within the default staleness.',
  lz_link_stopped: '1 = an alarm stopped the log.',
  lz_link_not_understood: 'Licences whose newest entry this release does not understand.',
};
const totalsOfLogs = {
  lz_link_repairs: 'Gaps that were fetched from a neighbour.',
  lz_link_repaired_entries: 'Entries fetched so.',
  lz_link_noise: 'Records and items that verified as nothing.',
};
const ofNodes = {
  lz_link_clock_offset_ms: 'Clock of the node less ours.',
  lz_link_reachable: '1 = the way to the node answered our last question.',
};
const alarms = { lz_alarms: 'Alarms of the last 200, by kind and state.' };

type Name = keyof typeof ofLogs | keyof typeof totalsOfLogs | keyof typeof ofNodes | keyof typeof alarms;

/** What ListLinks tells, as metrics; asked at each scrape. Unknown is absent, never 0. */
export function measureLinks(metrics: Metrics, links: LinksOptions): void {
  metrics.observe<Name>({ gauges: { ...ofLogs, ...ofNodes, ...alarms }, totals: totalsOfLogs }, async () =>
    measured(await listLinks(links)),
  );
}

function measured({ links, alarms }: ListLinksResponse): Observed<Name>[] {
  const kinds = Map.groupBy(alarms, ({ kind, acknowledgedAt }) =>
    JSON.stringify({ kind: alarmName(kind), state: acknowledgedAt ? 'acknowledged' : 'open' }),
  );
  return [
    ...links.flatMap((link) => [
      ...measuredNode(link),
      ...link.logs.flatMap((log) => measuredLog(link.node, log)),
    ]),
    ...[...kinds].map(([labels, those]) => ({
      name: 'lz_alarms' as const,
      value: those.length,
      labels: JSON.parse(labels),
    })),
  ];
}

function measuredNode({ node, clockOffsetMs, reachable }: Link): Observed<Name>[] {
  return known({ peer: node }, { lz_link_clock_offset_ms: clockOffsetMs, lz_link_reachable: reachable });
}

function measuredLog(node: string, link: LogLink): Observed<Name>[] {
  return known(
    { peer: node, log: link.log },
    {
      lz_link_verified_entries: link.verifiedSize,
      lz_link_entries_behind: link.entriesBehind,
      lz_link_seconds_behind: link.secondsBehind,
      lz_link_backlog_to_send: link.backlogToSend,
      lz_link_fresh: link.fresh,
      lz_link_stopped: link.stopped,
      lz_link_not_understood: link.notUnderstood,
      lz_link_repairs: link.repairs,
      lz_link_repaired_entries: link.repairedEntries,
      lz_link_noise: link.noise,
    },
  );
}

type Value = number | bigint | boolean | undefined;

function known(labels: Labels, values: Partial<Record<Name, Value>>): Observed<Name>[] {
  return (Object.entries(values) as [Name, Value][]).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: Number(value), labels }],
  );
}

const alarmNames = new Map<number, string>(Object.entries(AlarmKind).map(([name, value]) => [value, name]));
const alarmName = (kind: AlarmKind) => alarmNames.get(kind) ?? String(kind);
