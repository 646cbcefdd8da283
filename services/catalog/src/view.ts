import type { Database, Reader } from '@lianzheng/db';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { createRegistry, type Registry } from '@lianzheng/registry';
import { type Clock, startLoop, startPause } from '@lianzheng/runtime';
import type { Bundle } from './config.ts';
import { listChanges, raiseCursor } from './store/changes.ts';
import { findPosition } from './store/followed-logs.ts';

/** What this service itself knows of all objects, in memory, and when they change. */
export type View = {
  readonly registry: Registry;
  /** Whether everything stored was read once, with what the enrolment bundle brings of the province's catalogue. */
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
  bundle: Bundle;
  clock: Clock;
  onError(error: unknown, name: string): void;
};

// Another process of this service may write, too.
const POLL_MS = 1_000;

export function startView({ database, node, province, bundle, clock, onError }: ViewOptions): View {
  const registry = createRegistry({ province, node, pinnedKeys: bundle.pinnedKeys });
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
    endWaiting();
  }

  function endWaiting() {
    for (const end of waiting) end();
  }

  /** On the first day a node knows no department, not even its own, before it has read its bundle. */
  async function holdsBundle(reader: Reader): Promise<boolean> {
    if (node === province) return true;
    const at = await findPosition(reader, province);
    return bundle.catalogueSize <= (at?.next ?? 0) || (at?.generation ?? 1) > 1;
  }

  const loop = startLoop({
    name: 'view of the catalogue',
    idleMs: POLL_MS,
    onError,
    async run() {
      if (!raised) await database.tx((tx) => raiseCursor(tx, clock.nowMs()));
      raised = true;
      // In this order: what is found to be stored is read afterwards.
      const holds = ready || (await database.read(holdsBundle));
      await database.read(catchUp);
      if (holds && !ready) {
        ready = true;
        endWaiting();
      }
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
