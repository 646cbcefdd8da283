import {
  createMemory,
  type LastSigned,
  type LogMemory,
  MemoryError,
  openMemory,
  replaceMemory,
} from '@lianzheng/keystore';

/** The memory of one log while nobody else uses it. */
export type MemoryInUse = {
  /** undefined = lost (missing or damaged). */
  open(): Promise<LogMemory | undefined>;
  /** For a new generation. Throws MemoryError 'exists'. */
  create(): Promise<void>;
  /** In the place of a lost one. */
  replace(found: LastSigned): Promise<LogMemory>;
};

export type Memories = {
  /** Calls for one log wait for one another, those for different logs never. */
  use<T>(origin: string, work: (memory: MemoryInUse) => Promise<T>): Promise<T>;
  /** After the calls under way. */
  close(): Promise<void>;
};

export function createMemories(folder: string): Memories {
  const opened = new Map<string, LogMemory>();
  const turns = new Map<string, Promise<unknown>>();

  async function open(origin: string): Promise<LogMemory | undefined> {
    const known = opened.get(origin);
    if (known) return known;
    const found = await openMemory(folder, origin);
    if (typeof found === 'string') return undefined;
    opened.set(origin, found);
    return found;
  }

  async function forgetLost(origin: string, error: unknown): Promise<void> {
    if (!(error instanceof MemoryError) || error.code !== 'lost') return;
    await opened.get(origin)?.close();
    opened.delete(origin);
  }

  const inUse = (origin: string): MemoryInUse => ({
    open: () => open(origin),
    create: () => createMemory(folder, origin),
    async replace(found) {
      await replaceMemory(folder, origin, found);
      const memory = await open(origin);
      if (!memory) throw new Error(`memory of ${origin} is gone right after it was written`);
      return memory;
    },
  });

  return {
    use(origin, work) {
      const run = async () => {
        try {
          return await work(inUse(origin));
        } catch (error) {
          await forgetLost(origin, error);
          throw error;
        }
      };
      const before = turns.get(origin) ?? Promise.resolve();
      const turn = before.then(run, run);
      turns.set(origin, turn);
      return turn;
    },
    async close() {
      await Promise.allSettled(turns.values());
      for (const memory of opened.values()) await memory.close();
    },
  };
}
