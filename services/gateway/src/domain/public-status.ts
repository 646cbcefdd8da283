import {
  type Freshness,
  type GetPublicStatusResponse,
  LicenceStatus,
  Outcome,
} from '@lianzheng/proto/exchange/v1/exchange';

export type PublicStatus = {
  identifier: string;
  outcome: string;
  outcomeText: string;
  /** Null unless the outcome is FOUND; so are all that follow but the freshness. */
  status: string | null;
  statusText: string | null;
  typeName: string | null;
  validFrom: string | null;
  /** Null also for 长期; `unlimited` tells which. */
  validTo: string | null;
  unlimited: boolean | null;
  freshness: PublicFreshness;
};

export type PublicFreshness = {
  node: string;
  knownUpTo: string | null;
  ageMs: number | null;
  fresh: boolean;
  staleReason: string | null;
  fromHome: boolean;
};

const statuses: Partial<Record<LicenceStatus, readonly [name: string, text: string]>> = {
  [LicenceStatus.VALID]: ['VALID', '有效 / valid'],
  [LicenceStatus.NOT_YET_VALID]: ['NOT_YET_VALID', '尚未生效 / not yet valid'],
  [LicenceStatus.EXPIRED]: ['EXPIRED', '已过有效期 / expired'],
  [LicenceStatus.SUPERSEDED]: ['SUPERSEDED', '已有新版本 / superseded by a newer version'],
  [LicenceStatus.SUSPENDED]: ['SUSPENDED', '暂扣 / suspended'],
  [LicenceStatus.CANCELLED]: ['CANCELLED', '注销 / cancelled'],
  [LicenceStatus.ANNULLED]: ['ANNULLED', '撤销 / annulled'],
  [LicenceStatus.REVOKED]: ['REVOKED', '吊销 / revoked'],
  [LicenceStatus.WITHDRAWN]: ['WITHDRAWN', '撤回 / withdrawn'],
  [LicenceStatus.VOID]: ['VOID', '作废 / void'],
};

const outcomes: Partial<Record<Outcome, readonly [name: string, text: string]>> = {
  [Outcome.FOUND]: ['FOUND', '查到 / found'],
  [Outcome.NOT_FOUND]: ['NOT_FOUND', '没有此证照 / there is no such licence'],
  [Outcome.UNKNOWN]: ['UNKNOWN', '本节点尚不知晓，请稍后再查 / not known here, ask again later'],
  [Outcome.NOT_UNDERSTOOD]: ['NOT_UNDERSTOOD', '本节点无法判读 / not understood here'],
  [Outcome.LOG_STOPPED]: ['LOG_STOPPED', '所属节点的记录存疑，不予回答 / its home’s log is in doubt'],
};

/** What the public may know: status, validity, type name, and how fresh that is. A status that is not known here is none. */
export function publicStatus(answer: GetPublicStatusResponse): PublicStatus {
  const [outcome, outcomeText] = outcomes[answer.outcome] ?? outcomes[Outcome.UNKNOWN]!;
  const known = answer.outcome === Outcome.FOUND ? statuses[answer.status] : undefined;
  const validTo = known && answer.validTo !== '' ? answer.validTo : null;
  return {
    identifier: answer.identifier,
    outcome,
    outcomeText,
    status: known?.[0] ?? null,
    statusText: known?.[1] ?? null,
    typeName: known ? answer.typeName : null,
    validFrom: known ? answer.validFrom : null,
    validTo,
    unlimited: known ? validTo === null : null,
    freshness: publicFreshness(answer.freshness),
  };
}

/** Without a word about freshness nothing counts as fresh. */
function publicFreshness(freshness: Freshness | undefined): PublicFreshness {
  const { node = '', knownUpTo, ageMs, fresh = false, staleReason = '', fromHome = false } = freshness ?? {};
  return {
    node,
    knownUpTo: knownUpTo?.toISOString() ?? null,
    ageMs: knownUpTo && ageMs !== undefined ? Number(ageMs) : null,
    fresh,
    staleReason: staleReason === '' ? null : staleReason,
    fromHome,
  };
}
