import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { keyOf, kindNameOf, kindOf } from '@lianzheng/registry';
import type { Logger } from '@lianzheng/runtime';

export type Events = ReturnType<typeof createEvents>;

/** What is worth knowing of this service, one function an event. */
export function createEvents(logger: Logger) {
  return {
    objectWritten: (object: CatalogObject) =>
      logger.info(
        { object: subjectOf(object), version: object.version, retired: object.retired },
        'object written',
      ),
    typeRegistered: (code: string, version: number, departmentCode: string) =>
      logger.info({ code, version, departmentCode }, 'licence type registered'),
    typeReviewed: (code: string, version: number, state: string) =>
      logger.info({ code, version, state }, 'licence type reviewed'),
    entriesApplied: (node: string, next: number, objects: number) =>
      logger.info({ node, next, objects }, 'catalogue of another node applied'),
    entrySkipped: (node: string, sequence: number, why: string) =>
      logger.warn({ node, sequence, why }, 'entry of another node’s catalogue not applied'),
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
