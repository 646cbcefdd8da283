import type { Database } from '@lianzheng/db';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { LogId, LogSource } from './source.ts';
import { findCovering, readCheckpoints, readEntries, readHead, tileReader } from './store.ts';

export type OwnSourceOptions = {
  database: Database;
  log: { node: string; log: string };
  /** Resolves when a checkpoint was integrated; from the relay. */
  changed(signal: AbortSignal): Promise<void>;
};

/** The log that a service owns, as a source: only what is integrated is shown. */
export function ownLogSource({ database, log, changed }: OwnSourceOptions): LogSource {
  async function generationOf(id: LogId): Promise<number | undefined> {
    if (id.node !== log.node || id.log !== log.log) return undefined;
    return id.generation || (await database.read(readHead)).generation;
  }

  return {
    async head(id) {
      if (id.node !== log.node || id.log !== log.log) return undefined;
      const head = await database.read(readHead);
      if (!head.note || (id.generation !== 0 && id.generation !== head.generation)) return undefined;
      const { root, time } = parseLogCheckpoint(parseNote(head.note).text);
      return { generation: head.generation, size: head.integratedSize, root, time, note: head.note };
    },
    async entries(id, from, to) {
      const generation = await generationOf(id);
      return generation === undefined
        ? []
        : database.read((reader) => readEntries(reader, generation, from, to));
    },
    async checkpoints(id, after, to) {
      const generation = await generationOf(id);
      return generation === undefined
        ? []
        : database.read((reader) => readCheckpoints(reader, generation, after, to));
    },
    async covering(id, sequence) {
      const generation = await generationOf(id);
      return generation === undefined
        ? undefined
        : database.read((reader) => findCovering(reader, generation, sequence));
    },
    tiles: (id) => async (tiles) => {
      const generation = (await generationOf(id)) ?? 0;
      return tileReader((fn) => database.read(fn), generation)(tiles);
    },
    changed: (_id, signal) => changed(signal),
  };
}
