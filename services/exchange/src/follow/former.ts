import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { Registry } from '@lianzheng/registry';
import { type Logger, startLoop } from '@lianzheng/runtime';
import type { Copies } from './copies.ts';
import { checkpointItem, type LogCopy } from './log-copy.ts';

/** Where a generation ended: the province's catalogue names the largest verified head (logs.md §2). */
export type End = { size: number; root: Buffer; note: Buffer };

/**
 * Generations that have ended. Their entries count up to their ends and go on answering; what a copy lacks of them is
 * fetched, and what an end contradicts is forgotten: the operator who began the new generation decided which history counts.
 */
export type Former = {
  /** `missing`: entries of an ended generation are still to be fetched. `stopped`: what is held of one is in doubt. */
  state(node: string, log: string): 'complete' | 'missing' | 'stopped';
  /** Whether an entry counts: of an ended generation only up to its end. */
  counts(log: LogCopy['log'], sequence: number): boolean;
  /** Undefined for a generation that goes on. */
  endOf(node: string, log: string, generation: number): End | undefined;
  stop(): Promise<void>;
};

export type FormerOptions = {
  registry: Registry;
  copies: Copies;
  /** Fetches a copy's entries up to a size from whoever has them and offers them to it. */
  fetch(copy: LogCopy, size: number): Promise<unknown>;
  logger: Logger;
};

export function followFormer(options: FormerOptions): Former {
  const { registry, copies, logger } = options;
  const ends = new Map<string, End>();
  const complete = new Map<string, End>();

  const loop = startLoop({
    name: 'former generations',
    idleMs: 1_000,
    onError: (error) => logger.warn({ err: error }, 'a former generation cannot be completed'),
    async run() {
      for (const { node } of registry.nodes())
        for (const log of ['status', 'catalog'])
          for (const { generation } of registry.endedGenerations(node, log))
            await settle(node, log, generation);
      return 'idle';
    },
  });
  const unsubscribe = registry.onChange(() => loop.wake());

  async function settle(node: string, log: string, generation: number): Promise<void> {
    const end = endOf(node, log, generation);
    if (!end || isComplete(node, log, generation)) return;
    const copy = await copies.open(node, log, generation);
    if (await isContradicted(copy, end)) await copies.forget(copy);
    if (copy.state().size < end.size) await options.fetch(copy, end.size);
    if (end.note.length > 0) await copy.offer([checkpointItem(end.note)]);
    const root = end.size === 0 ? end.root : await copy.rootAt(end.size);
    if (root?.equals(end.root)) complete.set(keyOf(node, log, generation), end);
  }

  async function isContradicted(copy: LogCopy, { size, root }: End): Promise<boolean> {
    const mine = await copy.rootAt(size);
    return mine ? !mine.equals(root) : copy.state().stopped !== '';
  }

  // Asked for each entry that answers.
  function endOf(node: string, log: string, generation: number): End | undefined {
    const ended = registry.endedGenerations(node, log).find((each) => each.generation === generation);
    if (!ended) return undefined;
    const key = keyOf(node, log, generation);
    const known = ends.get(key);
    if (known?.note === ended.lastCheckpoint) return known;
    const end = endFrom(ended.lastCheckpoint);
    ends.set(key, end);
    return end;
  }

  function isComplete(node: string, log: string, generation: number): boolean {
    const end = endOf(node, log, generation);
    return end !== undefined && complete.get(keyOf(node, log, generation)) === end;
  }

  return {
    endOf,
    state(node, log) {
      const lacking = registry
        .endedGenerations(node, log)
        .filter(({ generation }) => !isComplete(node, log, generation));
      if (lacking.length === 0) return 'complete';
      const isStopped = ({ generation }: { generation: number }) =>
        (copies.find(node, log, generation)?.state().stopped ?? '') !== '';
      return lacking.some(isStopped) ? 'stopped' : 'missing';
    },
    counts({ node, log, generation }, sequence) {
      const end = endOf(node, log, generation);
      return end === undefined || sequence < end.size;
    },
    async stop() {
      unsubscribe();
      await loop.stop();
    },
  };
}

const keyOf = (node: string, log: string, generation: number) => `${node}/${log}/${generation}`;

/** Without a head nothing of that generation counts. */
function endFrom(note: Buffer): End {
  if (note.length === 0) return { size: 0, root: Buffer.alloc(0), note };
  const { size, root } = parseLogCheckpoint(parseNote(note).text);
  return { size, root, note };
}
