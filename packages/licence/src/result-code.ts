import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';

interface Codes {
  /** certState of the national licences (MOHURD table). */
  readonly certState: string;
  /** Result of GB/T 36906 information verification. */
  readonly result: number;
}

/** interfaces.md §2; a city that holds the standards' texts corrects it here. */
const CODES: ReadonlyMap<LicenceStatus, Codes> = new Map<LicenceStatus, Codes>([
  [LicenceStatus.VALID, { certState: '01', result: 0 }],
  [LicenceStatus.NOT_YET_VALID, { certState: '01', result: 1 }],
  [LicenceStatus.EXPIRED, { certState: '05', result: 3 }],
  [LicenceStatus.SUPERSEDED, { certState: '05', result: 3 }],
  [LicenceStatus.SUSPENDED, { certState: '02', result: 2 }],
  [LicenceStatus.CANCELLED, { certState: '04', result: 3 }],
  [LicenceStatus.ANNULLED, { certState: '03', result: 3 }],
  [LicenceStatus.REVOKED, { certState: '07', result: 3 }],
  [LicenceStatus.WITHDRAWN, { certState: '99', result: 3 }],
  [LicenceStatus.VOID, { certState: '05', result: 3 }],
]);

/** GB/T 36906: 查无此信息, nothing found. */
const NOTHING_FOUND = 5;

/** Two digits; '' where there is no status. 99 (撤回) is read together with the status in words. */
export function certState(status: LicenceStatus): string {
  return CODES.get(status)?.certState ?? '';
}

/** 0 valid, 1 not yet active, 2 suspended, 3 no longer valid; 5 where there is no status. */
export function resultCode(status: LicenceStatus): number {
  return CODES.get(status)?.result ?? NOTHING_FOUND;
}
