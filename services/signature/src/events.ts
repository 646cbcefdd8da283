import type { AccessInput } from '@lianzheng/access';
import type { Logger } from '@lianzheng/runtime';

export type Events = ReturnType<typeof createEvents>;

/** What is worth knowing of this service, one function an event. Counts and names of keys, never what was signed. */
export function createEvents(logger: Logger) {
  return {
    accessed: ({ action, subjects, caller, result }: AccessInput) =>
      logger.info({ action, subjects, caller, result }, 'accessed'),
    licencesSigned: (departmentCode: string, count: number) =>
      logger.debug({ departmentCode, count }, 'licences signed'),
    checkpointSigned: (origin: string, size: number) => logger.debug({ origin, size }, 'checkpoint signed'),
    checkpointRefused: (origin: string, size: number, reason: string, remembered?: number) =>
      logger.warn({ origin, size, reason, remembered }, 'checkpoint refused'),
    memoryRestored: (origin: string, size: number) => logger.warn({ origin, size }, 'memory restored'),
    generationStarted: (origin: string) => logger.warn({ origin }, 'generation started'),
    keyRotated: (purpose: string, keyId: string) => logger.info({ purpose, keyId }, 'key rotated'),
    headsCosigned: (count: number) => logger.debug({ count }, 'heads cosigned'),
    indicesLimited: (caller: string, count: number, waitMs: number) =>
      logger.warn({ caller, count, waitMs }, 'holder indices limited'),
    forwardingFailed: (err: unknown) => logger.warn({ err }, 'access entries not handed over'),
    callFailed: (err: unknown, call: object) => logger.error({ err, ...call }, 'call failed'),
  };
}
