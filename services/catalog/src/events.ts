import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { keyOf, kindNameOf, kindOf } from '@lianzheng/registry';
import type { Logger } from '@lianzheng/runtime';
import type { Metrics } from '@lianzheng/runtime/telemetry';

export type Events = ReturnType<typeof createEvents>;

/** What is worth knowing of this service: one function an event, log line and counter together. */
export function createEvents(logger: Logger, metrics: Metrics) {
  const written = metrics.counter('lz_catalog_objects_written', 'Own objects written, by kind.');
  const applied = metrics.counter('lz_catalog_entries_applied', 'Entries of other catalogues, by owner.');
  const skipped = metrics.counter('lz_catalog_entries_skipped', 'Those that said nothing, by owner.');
  let watchers = 0;
  metrics.gauge('lz_catalog_watchers', 'Open streams of WatchObjects.', () => [{ value: watchers }]);
  return {
    /** Returns what is called when the stream ends. */
    watching() {
      watchers += 1;
      return () => {
        watchers -= 1;
      };
    },
    objectWritten(object: CatalogObject) {
      const kind = kindOf(object);
      written.with({ kind: kind === undefined ? '' : kindNameOf(kind) }).add();
      const { version, retired } = object;
      logger.info({ object: subjectOf(object), version, retired }, 'object written');
    },
    typeRegistered: (code: string, version: number, departmentCode: string) =>
      logger.info({ code, version, departmentCode }, 'licence type registered'),
    typeReviewed: (code: string, version: number, state: string) =>
      logger.info({ code, version, state }, 'licence type reviewed'),
    entriesApplied(node: string, next: number, entries: number) {
      applied.with({ owner: node }).add(entries);
      logger.info({ node, next, entries }, 'catalogue of another node applied');
    },
    entrySkipped(node: string, sequence: number, why: string) {
      skipped.with({ owner: node }).add();
      logger.warn({ node, sequence, why }, 'entry of a catalogue not applied');
    },
    objectsRecovered: (count: number) => logger.warn({ count }, 'own objects recovered from the log'),
    followingFailed: (err: unknown, name: string) =>
      logger.info({ err, name }, 'catalogue of another node not followed'),
    backgroundFailed: (err: unknown, name: string) => logger.warn({ err, name }, 'failed, tried again'),
    callFailed: (err: unknown, call: object) => logger.error({ err, ...call }, 'call failed'),
  };
}

/** `<KIND>/<key>`: the subject of an object's leaves, and of accesses to it. */
export function subjectOf(object: CatalogObject): string {
  const kind = kindOf(object);
  return `${kind === undefined ? '' : kindNameOf(kind)}/${keyOf(object) ?? ''}`;
}
