import type { Logger } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';

export type Events = ReturnType<typeof createEvents>;

/** What is worth knowing of this service: one function an event, log line and counter together. Never what a licence says. */
export function createEvents(logger: Logger, metrics: Metrics) {
  const commands = metrics.counter('lz_issuance_commands', 'Commands answered, by action and outcome.');
  const rows = metrics.counter('lz_issuance_import_rows', 'Rows of paper stock taken, by outcome.');
  return {
    carriedOut(action: string, identifier: string) {
      commands.with({ action, outcome: 'carried_out' }).add();
      logger.debug({ action, identifier }, 'command carried out');
    },
    /** The request had been answered before. */
    answeredAgain: (action: string) => commands.with({ action, outcome: 'repeated' }).add(),
    rowsTaken(
      jobId: string,
      figures: { issued: number; unchanged: number; failed: number; rowsTaken: number },
    ) {
      for (const outcome of ['issued', 'unchanged', 'failed'] as const)
        rows.with({ outcome }).add(figures[outcome]);
      logger.info({ jobId, ...figures }, 'rows taken');
    },
    importFinished: (jobId: string, rowsTaken: number) =>
      logger.info({ jobId, rowsTaken }, 'import finished'),
    recovered: (entries: number, missing: number) =>
      logger.warn(
        { entries, missing },
        'entries recovered; licences whose data is gone have to be entered again',
      ),
    contradictionsFound: (entries: number) =>
      logger.error({ entries }, 'waiting entries contradict the recovered log'),
    swept: (requests: number, imports: number) =>
      logger.info({ requests, imports }, 'old requests and imports forgotten'),
    notReady: (reasons: readonly string[]) => logger.warn({ reasons }, 'not ready'),
    becameReady: () => logger.info('ready'),
    keysFailed: (err: unknown) => logger.warn({ err }, 'data keys not opened yet'),
    sweepFailed: (err: unknown) => logger.warn({ err }, 'old requests not swept'),
    publishFailed: (err: unknown) => logger.warn({ err }, 'Kafka does not take our log'),
    callFailed: (err: unknown, call: object) => logger.error({ err, ...call }, 'call failed'),
  };
}
