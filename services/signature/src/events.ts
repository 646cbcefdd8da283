import type { Logger } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';

export type Events = ReturnType<typeof createEvents>;

/**
 * What is worth knowing of this service: one function an event, log line and counter together. Counts and names of
 * keys, never what was signed or asked.
 */
export function createEvents(logger: Logger, metrics: Metrics) {
  const licences = metrics.counter('lz_signature_licences', 'Licences signed.');
  const checkpoints = metrics.counter('lz_signature_checkpoints', 'Checkpoints, by log and outcome.');
  const indices = metrics.counter(
    'lz_signature_holder_indices',
    'Holder indices asked for, by caller and outcome.',
  );
  return {
    licencesSigned(departmentCode: string, count: number) {
      licences.add(count);
      logger.debug({ departmentCode, count }, 'licences signed');
    },
    checkpointSigned(log: string, size: number) {
      checkpoints.with({ log, outcome: 'signed' }).add();
      logger.debug({ log, size }, 'checkpoint signed');
    },
    checkpointRefused(log: string, size: number, reason: string, remembered: number) {
      checkpoints.with({ log, outcome: reason }).add();
      logger.error({ log, size, reason, remembered }, 'checkpoint refused');
    },
    indicesComputed(service: string, count: number) {
      indices.with({ caller: service, outcome: 'computed' }).add(count);
      logger.info({ caller: service, count }, 'holder indices computed');
    },
    indicesLimited(service: string, count: number, waitMs: number) {
      indices.with({ caller: service, outcome: 'limited' }).add(count);
      logger.warn({ caller: service, count, waitMs }, 'holder indices limited');
    },
    memoryRestored: (origin: string, size: number) => logger.warn({ origin, size }, 'memory restored'),
    generationStarted: (origin: string) => logger.warn({ origin }, 'generation started'),
    keyRotated: (purpose: string, keyId: string) => logger.info({ purpose, keyId }, 'key rotated'),
    headsCosigned: (count: number) => logger.debug({ count }, 'heads cosigned'),
    forwardingFailed: (err: unknown) => logger.warn({ err }, 'access entries not handed over'),
    callFailed: (err: unknown, call: object) => logger.error({ err, ...call }, 'call failed'),
  };
}
