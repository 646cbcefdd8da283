import { shanghaiDay } from '@lianzheng/licence';
import { LicenceState, type StatusBody } from '@lianzheng/proto/log/v1/leaf';

/** A licence (type, issuer, serial) as it stands: its newest entry says everything about its state. */
export interface KnownLicence {
  readonly licenceId: number;
  readonly newest: StatusBody;
  /** Keyed index of its licence number; undefined when it was recovered from the log and its data is gone. */
  readonly numberIndex: Buffer | undefined;
}

/** In force by its state, and its last day has passed. */
export function hasExpired({ newest }: KnownLicence, now: Date): boolean {
  const { state, validTo } = newest;
  return state === LicenceState.IN_FORCE && validTo !== '' && validTo < shanghaiDay(now);
}
