import { Outcome, type VerifyLicenceResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Logger } from '@lianzheng/runtime';
import type { Counter, Metrics } from '@lianzheng/runtime/telemetry';

export type Events = ReturnType<typeof createEvents>;

/** How a licence was asked for: alone, in a batch, by the public. */
export type Asked = 'one' | 'batch' | 'public';

/** Records of one batch of a topic, by what they are. */
export type RecordCounts = Record<'entry' | 'checkpoint' | 'cosigned' | 'noise', number>;

/** What is worth knowing of this service, one function an event. Codes and counts, never a holder. */
export function createEvents(logger: Logger, metrics: Metrics) {
  const verified = metrics.counter(
    'lz_exchange_verified',
    'Licences verified: how they were asked for, outcome, whose word it is (home or copy), fresh or stale.',
  );
  const bound = new Map<string, Counter>();
  const refused = metrics.counter(
    'lz_exchange_verify_refused',
    'Questions of a batch that were no questions.',
  );
  const searches = metrics.counter('lz_exchange_finds', 'Searches by holder answered.');
  const found = metrics.counter('lz_exchange_found', 'Licences that they found.');
  const records = metrics.counter('lz_exchange_records', 'Records read from topics, by owner, log and kind.');
  return {
    licenceVerified(asked: Asked, { outcome, freshness }: VerifyLicenceResponse) {
      const from = freshness?.fromHome ? 'home' : 'copy';
      const age = freshness?.fresh ? 'fresh' : 'stale';
      // The hottest event of all: labels are bound once.
      const key = `${asked} ${outcome} ${from} ${age}`;
      const counter = bound.get(key) ?? verified.with({ asked, outcome: outcomeName(outcome), from, age });
      bound.set(key, counter);
      counter.add();
    },
    questionRefused: (code: string) => refused.with({ code }).add(),
    licencesFound(licences: number) {
      searches.add();
      found.add(licences);
    },
    recordsRead(node: string, log: string, counts: RecordCounts) {
      for (const [kind, count] of Object.entries(counts))
        if (count > 0) records.with({ owner: node, log, kind }).add(count);
      if (counts.noise > 0)
        logger.warn({ node, log, records: counts.noise }, 'records that are none of ours');
    },
    becameReady: () => logger.info('ready'),
    becameUnready: () => logger.warn('not ready: the database does not answer'),
    readinessUnknown: (err: unknown) => logger.error({ err }, 'readiness could not be asked'),
    callFailed: (err: unknown, call: object) => logger.error({ err, ...call }, 'call failed'),
  };
}

const outcomeNames = new Map<number, string>(Object.entries(Outcome).map(([name, value]) => [value, name]));

export function outcomeName(outcome: Outcome): string {
  return outcomeNames.get(outcome) ?? String(outcome);
}
