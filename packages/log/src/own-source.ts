import type { Database } from '@lianzheng/db';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { LogId, LogSource } from './source.ts';
import { findCovering, findLastKept, readCheckpoints, readEntries, readHead, tileReader } from './store.ts';

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
      return database.read(async (reader) => {
        const present = await readHead(reader);
        const generation = id.generation || present.generation;
        // Followers may still lack entries of a generation that has ended.
        const note =
          generation === present.generation ? present.note : (await findLastKept(reader, generation))?.note;
        if (!note) return undefined;
        const { size, root, time } = parseLogCheckpoint(parseNote(note).text);
        return { generation, size, root, time, note };
      });
    },
    async entries(id, from, to, maxBytes) {
      const generation = await generationOf(id);
      return generation === undefined
        ? []
        : database.read((reader) => readEntries(reader, generation, from, to, maxBytes));
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
