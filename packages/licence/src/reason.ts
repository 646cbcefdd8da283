import { Operation } from '@lianzheng/proto/log/v1/leaf';

/** A reason in a leaf: a code, never free text, so that nothing personal can stand there. */
export interface ReasonCode {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly operations: readonly Operation[];
}

const { CHANGE, SUSPEND, RESUME, CANCEL, ANNUL, REVOKE, WITHDRAW, VOID } = Operation;

/** REPLACED is set by issuance itself: the licence number changed and a new licence replaces this one. */
export const REPLACED = 'REPLACED';

export const reasonCodes: readonly ReasonCode[] = [
  reason('HOLDER_REQUEST', '持证主体申请', 'the holder asked for it', CHANGE, RESUME, CANCEL),
  reason('HOLDER_CHANGED', '持证主体信息变化', 'the holder or their particulars changed', CHANGE),
  reason('CORRECTION', '更正错误', 'an error was corrected', CHANGE),
  reason('ITEM_CHANGED', '登记事项变化', 'a registered item changed', CHANGE),
  reason('INVESTIGATION', '立案调查', 'under investigation', SUSPEND),
  reason('PENALTY', '行政处罚', 'an administrative penalty', SUSPEND, REVOKE),
  reason('RECTIFICATION', '责令整改', 'ordered to put things right', SUSPEND),
  reason('COURT_ORDER', '司法裁判', 'by a court', SUSPEND, RESUME, CANCEL, ANNUL, REVOKE, WITHDRAW),
  reason('RECTIFIED', '整改完成', 'things were put right', RESUME),
  reason('TERM_ENDED', '暂扣期满', 'the suspension ran out', RESUME),
  reason('GROUNDLESS', '查无违法事实', 'nothing was found', RESUME),
  reason('NOT_RENEWED', '期满未延续', 'it ran out and was not renewed', CANCEL),
  reason('HOLDER_GONE', '主体死亡或终止', 'the holder died or was dissolved', CANCEL),
  reason('IMPOSSIBLE', '无法实施', 'it cannot be carried out any more', CANCEL),
  reason(REPLACED, '换发新证照编号', 'a licence with a new number replaces it', CANCEL),
  reason('UNLAWFUL_GRANT', '违法准予', 'granted against the law', ANNUL),
  reason('DECEPTION', '欺骗、贿赂取得', 'obtained by deceit or bribery', ANNUL),
  reason('SERIOUS_BREACH', '严重违法', 'a serious breach of the law', REVOKE),
  reason('LAW_CHANGED', '法律法规变化', 'the law changed', WITHDRAW),
  reason('CIRCUMSTANCES_CHANGED', '客观情况重大变化', 'circumstances changed gravely', WITHDRAW),
  reason('MADE_IN_ERROR', '制作错误', 'made in error', VOID),
  reason('DUPLICATE', '重复制发', 'issued twice', VOID),
];

function reason(code: string, zh: string, en: string, ...operations: Operation[]): ReasonCode {
  return { code, zh, en, operations };
}

/** Codes that a command of this kind may give. */
export function reasonCodesOf(operation: Operation): string[] {
  return reasonCodes
    .filter(({ code, operations }) => code !== REPLACED && operations.includes(operation))
    .map(({ code }) => code);
}
