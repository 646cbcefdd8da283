import type { Database } from '@lianzheng/db';
import type { LogId, LogSource } from '@lianzheng/log';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { Copies } from './follow/copies.ts';
import type { Former } from './follow/former.ts';
import type { LogCopy } from './follow/log-copy.ts';
import { copyTiles, findCovering, readCheckpoints, readEntries } from './store/copy.ts';

export type CopySourceOptions = { database: Database; copies: Copies; former: Former };

/** Every log that this node holds, as a source of LogService: verified entries only. */
export function copySource({ database, copies, former }: CopySourceOptions): LogSource {
  const find = ({ node, log, generation }: LogId): LogCopy | undefined =>
    copies.find(node, log, generation || undefined);

  /** A generation that has ended has the head that the registry names. */
  function headOf({ node, log, generation }: LogId): { generation: number; note: Buffer } | undefined {
    const end = former.endOf(node, log, generation);
    if (end) return end.size > 0 ? { generation, note: end.note } : undefined;
    const state = find({ node, log, generation })?.state();
    return state?.note && { generation: state.generation, note: state.note };
  }

  return {
    async head(log) {
      const head = headOf(log);
      if (!head) return undefined;
      const { size, root, time } = parseLogCheckpoint(parseNote(head.note).text);
      return { ...head, size, root, time };
    },
    async entries(log, from, to, maxBytes) {
      const copy = find(log);
      return copy ? database.read((reader) => readEntries(reader, copy.logId(), from, to, maxBytes)) : [];
    },
    async checkpoints(log, after, to) {
      const copy = find(log);
      return copy ? database.read((reader) => readCheckpoints(reader, copy.logId(), after, to)) : [];
    },
    async covering(log, sequence) {
      const copy = find(log);
      return copy && database.read((reader) => findCovering(reader, copy.logId(), sequence));
    },
    tiles: (log) => async (tiles) => {
      const copy = find(log);
      return copy ? copyTiles((fn) => database.read(fn), copy.logId())(tiles) : tiles.map(() => undefined);
    },
    changed: (log, signal) => copies.changed(log, signal),
  };
}
