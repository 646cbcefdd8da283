import type { Positional } from '../command.ts';

/** Which log: its owner and its name. */
export const logArguments: readonly Positional[] = [
  { name: 'NODE', words: ['日志所属节点的行政区划代码', "division code of the log's owner"] },
  { name: 'LOG', words: ['日志：status、catalog 或 access', 'status, catalog or access'] },
];
