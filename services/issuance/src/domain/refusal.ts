/** Why a command is not carried out; the handler's layer makes the error of the call from it. */
export interface Refusal {
  readonly code: 'NOT_FOUND' | 'ALREADY_EXISTS' | 'FAILED_PRECONDITION';
  /** UPPER_SNAKE, for programs. */
  readonly reason: string;
  readonly zh: string;
  readonly en: string;
  /** Facts for programs; never personal. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An error of a call has code and reason too, and is none. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'reason' in value && !(value instanceof Error);
}

export function noSuchLicence(identifier: string): Refusal {
  return {
    code: 'NOT_FOUND',
    reason: 'LICENCE_NOT_FOUND',
    zh: `没有证照 ${identifier}`,
    en: `no licence ${identifier}`,
    metadata: { identifier },
  };
}

export function numberTaken(identifier: string): Refusal {
  return {
    code: 'ALREADY_EXISTS',
    reason: 'LICENCE_NUMBER_TAKEN',
    zh: `该证照编号已制发，证照标识 ${identifier}`,
    en: `a licence with this number exists: ${identifier}`,
    metadata: { identifier },
  };
}

export function stateForbids(identifier: string, state: string): Refusal {
  return {
    code: 'FAILED_PRECONDITION',
    reason: 'STATE_FORBIDS',
    zh: `证照 ${identifier} 的状态为 ${state}，不能办理`,
    en: `licence ${identifier} is ${state}`,
    metadata: { identifier, state },
  };
}

export function versionNotCurrent(current: string): Refusal {
  return {
    code: 'FAILED_PRECONDITION',
    reason: 'VERSION_NOT_CURRENT',
    zh: `不是最新版本，最新版本为 ${current}`,
    en: `not the newest version, which is ${current}`,
    metadata: { current, state: 'SUPERSEDED' },
  };
}

export function versionsExhausted(current: string): Refusal {
  return {
    code: 'FAILED_PRECONDITION',
    reason: 'VERSIONS_EXHAUSTED',
    zh: `证照 ${current} 的版本号已用尽`,
    en: `licence ${current} has no version number left`,
    metadata: { current },
  };
}

export function dataLost(identifier: string): Refusal {
  return {
    code: 'FAILED_PRECONDITION',
    reason: 'DATA_LOST',
    zh: `证照 ${identifier} 的数据已丢失，请先以变更重新录入`,
    en: `the data of ${identifier} is gone: enter it again by a change`,
    metadata: { identifier },
  };
}
