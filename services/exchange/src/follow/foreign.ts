import type { Database } from '@lianzheng/db';
import { AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';
import type { Registry } from '@lianzheng/registry';
import type { Clock, Logger } from '@lianzheng/runtime';
import type { FreshnessOf } from '../answer/freshness.ts';
import { raiseAlarm } from '../store/alarms.ts';
import { deleteForeign, type ForeignEntry, listForeign } from '../store/foreign.ts';

export type ForeignOptions = {
  database: Database;
  registry: Registry;
  freshness: FreshnessOf;
  province: string;
  clock: Clock;
  logger: Logger;
};

/**
 * Judges entries about issuers that were not assigned to the log's owner when they came: only once the registry is known
 * past the entry's checkpoint, because the assignment may have travelled more slowly (logs.md §4).
 */
export async function judgeForeign(options: ForeignOptions): Promise<'again' | 'idle'> {
  const { database, registry, freshness, province, logger } = options;
  const { knownUpToMs } = freshness.known(province, 'catalog');
  if (knownUpToMs === undefined) return 'idle';
  const entries = await database.read((reader) => listForeign(reader, new Date(knownUpToMs)));
  if (entries.length === 0) return 'idle';
  const foreign = entries.filter(
    (entry) => !registry.speaksFor(entry.node, entry.issuerCode, entry.sequence),
  );
  await database.tx(async (tx) => {
    for (const [cause, first] of firstOfEach(foreign)) {
      const isNew = await raiseAlarm(tx, { ...alarmOf(first, options.clock.now()), cause });
      if (isNew)
        logger.error({ node: first.node, issuer: first.issuerCode }, 'a log speaks for a foreign issuer');
    }
    await deleteForeign(tx, entries);
  });
  return 'again';
}

function firstOfEach(entries: ForeignEntry[]): Map<string, ForeignEntry> {
  const first = new Map<string, ForeignEntry>();
  for (const entry of entries) {
    const cause = `foreign ${entry.node} ${entry.issuerCode}`;
    if (!first.has(cause)) first.set(cause, entry);
  }
  return first;
}

function alarmOf(entry: ForeignEntry, raisedAt: Date) {
  return {
    kind: AlarmKind.FOREIGN_ISSUER,
    node: entry.node,
    log: 'status',
    raisedAt,
    text: `${entry.node} 的日志含非其所辖机构的条目 its log speaks for ${entry.issuerCode}, which is not assigned to it (entry ${entry.sequence})`,
    evidence: [],
  };
}
