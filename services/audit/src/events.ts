import type { Logger } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';

export type Events = ReturnType<typeof createEvents>;

/** What is worth knowing of this service, one function an event. Counts, ids and callers, never a body. */
export function createEvents(logger: Logger, metrics: Metrics) {
  const appended = metrics.counter('lz_audit_accesses', 'Access entries taken from the services');
  const erased = metrics.counter('lz_audit_erased_bodies', 'Bodies of access entries erased');
  return {
    accessesAppended(service: string, added: number) {
      appended.with({ from: service }).add(added);
      logger.debug({ service, added }, 'access entries taken');
    },
    bodiesErased(auditor: string, before: Date, count: number) {
      erased.add(count);
      logger.warn({ auditor, before, count }, 'bodies of access entries erased');
    },
    becameReady: () => logger.info('ready'),
    becameUnready: (why: string) => logger.warn({ why }, 'not ready'),
    logHeldUp: (state: string) => logger.error({ state }, 'the access log gives no numbers; entries wait'),
    publishingFailed: (err: unknown) => logger.warn({ err }, 'Kafka does not take records'),
    readinessUnknown: (err: unknown) => logger.error({ err }, 'readiness could not be asked'),
    callFailed: (err: unknown, call: object) => logger.error({ err, ...call }, 'call failed'),
  };
}
