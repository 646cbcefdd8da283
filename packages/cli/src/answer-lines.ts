import {
  DocumentMatch,
  type Freshness,
  Outcome,
  type VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import { grouped } from './progress.ts';
import { shown } from './times.ts';
import { both, outcomeWords, staleWords, statusWords } from './words.ts';

/** The answer about a licence as people read it. `proved`: undefined where no proof was asked for. */
export function answerLines(answer: VerifyLicenceResponse, proved: boolean | undefined): string[] {
  const { identifier, outcome, status, typeName, validFrom, validTo, homeNode, freshness, proof } = answer;
  const found = outcome === Outcome.FOUND;
  const line = (name: string, text: string) => `${name}  ${text}`;
  return [
    line('证照标识 identifier', identifier),
    line('结果 result       ', both(found ? statusWords(status) : outcomeWords(outcome))),
    ...(found && typeName ? [line('证照类型 type     ', typeName)] : []),
    ...(found ? [line('有效期 validity   ', `${validFrom} 至 ${validTo || '长期 no end'}`)] : []),
    ...(answer.supersededBy ? [line('取代它的 now      ', answer.supersededBy)] : []),
    ...(found
      ? [
          line(
            '修订 revision     ',
            `${answer.revision}，${shown(answer.effectiveAt)} 生效，${shown(answer.recordedAt)} 记录`,
          ),
        ]
      : []),
    line('所属节点 home     ', homeNode || '-'),
    line('新鲜度 freshness  ', freshness ? freshnessText(freshness) : '-'),
    ...(answer.documentMatch === DocumentMatch.UNSPECIFIED
      ? []
      : [line('文件 document     ', documentText(answer.documentMatch))]),
    ...(proved === undefined
      ? []
      : [
          line(
            '证明 proof        ',
            proved
              ? `成立 holds：第 ${proof?.sequence} 条，共 ${grouped(proof?.size ?? 0n)} 条`
              : '不成立 does not hold',
          ),
        ]),
  ];
}

export function freshnessText({
  node,
  size,
  knownUpTo,
  ageMs,
  fresh,
  staleReason,
  fromHome,
}: Freshness): string {
  const from = fromHome ? `所属节点 ${node} 当场回答 answered by home` : `${node} 的日志 ${grouped(size)} 条`;
  const age = knownUpTo ? `截至 ${shown(knownUpTo)}（${(Number(ageMs) / 1000).toFixed(1)} 秒前 s ago）` : '';
  return [fresh ? '新鲜 fresh' : `过时 stale：${staleWords(staleReason)}`, from, age]
    .filter(Boolean)
    .join('；');
}

function documentText(match: DocumentMatch): string {
  switch (match) {
    case DocumentMatch.MATCHES:
      return '一致 matches';
    case DocumentMatch.OTHER_VERSION:
      return '属于另一版本 of another version';
    default:
      return '不符 no match';
  }
}
