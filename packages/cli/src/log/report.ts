import { grouped } from '../progress.ts';
import { shown } from '../times.ts';
import type { LogReport } from './check.ts';
import type { KeyBook } from './key-book.ts';

export function reportLines(report: LogReport, keys: KeyBook): string[] {
  const { origin, size, root, checkpoints, head, cosigners, kinds, holders, faults, faultCount } = report;
  const kindText = [...kinds].map(([kind, count]) => `${kind} ${grouped(count)}`).join('，');
  return [
    `日志 log            ${origin}`,
    `条数 size           ${grouped(size)}${kindText && `（${kindText}）`}`,
    `根 root             ${root.toString('base64')}`,
    `检查点 checkpoints  ${grouped(checkpoints)}，最新 newest ${shown(head?.time)}`,
    `公钥来自 keys       ${keys.source}`,
    ...(cosigners.length > 0 ? [`共签 cosigned       ${cosigners.join('、')}`] : []),
    ...(holders
      ? [
          `持证主体 holders    相符 matched ${grouped(holders.matched)}，缺 missing ${grouped(holders.missing)}，已删 erased ${grouped(holders.erased)}`,
        ]
      : []),
    ...faults.map((fault) => `× ${fault}`),
    ...(faultCount > faults.length ? [`× 另有 ${faultCount - faults.length} 处 / and more`] : []),
    faultCount === 0
      ? '核查通过 / the log is in order'
      : `核查不通过：${faultCount} 处 / ${faultCount} faults`,
  ];
}

export function reportJson(report: LogReport, keys: KeyBook): unknown {
  const { origin, size, root, checkpoints, head, cosigners, kinds, holders, faults, faultCount } = report;
  return {
    ok: faultCount === 0,
    origin,
    size,
    root: root.toString('base64'),
    checkpoints,
    newestAt: head?.time,
    cosigners,
    kinds: Object.fromEntries(kinds),
    holders,
    keys: keys.source,
    faults,
    faultCount,
  };
}
