import type { Database } from '@lianzheng/db';
import type { LogId, LogSource } from '@lianzheng/log';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { Copies } from './follow/copies.ts';
import type { LogCopy } from './follow/log-copy.ts';
import { copyTiles, findCovering, readCheckpoints, readEntries } from './store/copy.ts';

/** Every log that this node holds, as a source of LogService: verified entries only. */
export function copySource({ database, copies }: { database: Database; copies: Copies }): LogSource {
  function find(log: LogId): LogCopy | undefined {
    const copy = copies.find(log.node, log.log);
    return log.generation === 0 || log.generation === copy?.log.generation ? copy : undefined;
  }

  return {
    async head(log) {
      const copy = find(log);
      const state = copy?.state();
      if (!state?.note) return undefined;
      const { root, time } = parseLogCheckpoint(parseNote(state.note).text);
      return { generation: state.generation, size: state.size, root, time, note: state.note };
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
