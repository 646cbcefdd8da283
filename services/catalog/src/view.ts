import type { Database, Reader } from '@lianzheng/db';
import type { CatalogObject, LogKey } from '@lianzheng/proto/catalog/v1/objects';
import { createRegistry, type Registry } from '@lianzheng/registry';
import { type Clock, startLoop, startPause } from '@lianzheng/runtime';
import { listChanges, raiseCursor } from './store/changes.ts';

/** What this service itself knows of all objects, in memory, and when they change. */
export type View = {
  readonly registry: Registry;
  /** Whether everything stored was read once. */
  ready(): boolean;
  /** Reads what was committed since; under the lock of all changes, nothing is missing afterwards. */
  catchUp(reader: Reader): Promise<void>;
  /** After a commit: these objects changed, or others did. */
  announce(objects?: readonly CatalogObject[]): void;
  /** Resolves when objects may have changed, at the latest after a second, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
};

export type ViewOptions = {
  database: Database;
  node: string;
  province: string;
  pinnedKeys: readonly LogKey[];
  clock: Clock;
  onError(error: unknown, name: string): void;
};

// Another process of this service may write, too.
const POLL_MS = 1_000;

export function startView({ database, node, province, pinnedKeys, clock, onError }: ViewOptions): View {
  const registry = createRegistry({ province, node, pinnedKeys });
  let cursor = 0;
  let raised = false;
  let ready = false;
  const waiting = new Set<() => void>();

  async function catchUp(reader: Reader): Promise<void> {
    for (;;) {
      const changes = await listChanges(reader, cursor);
      const last = changes.at(-1);
      if (!last) return;
      registry.apply(changes.map(({ object }) => object));
      cursor = Math.max(cursor, last.cursor);
    }
  }

  function announce(objects: readonly CatalogObject[] = []) {
    registry.apply(objects);
    loop.wake();
    for (const end of waiting) end();
  }

  const loop = startLoop({
    name: 'view of the catalogue',
    idleMs: POLL_MS,
    onError,
    async run() {
      if (!raised) await database.tx((tx) => raiseCursor(tx, clock.nowMs()));
      raised = true;
      await database.read(catchUp);
      ready = true;
      return 'idle';
    },
  });

  return {
    registry,
    ready: () => ready,
    catchUp,
    announce,
    async changed(signal) {
      const pause = startPause(POLL_MS, signal);
      waiting.add(pause.end);
      await pause.over;
      waiting.delete(pause.end);
    },
    stop: () => loop.stop(),
  };
}
