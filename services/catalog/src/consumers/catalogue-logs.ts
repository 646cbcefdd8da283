import type { LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { ClientOf } from '@lianzheng/rpc';
import { type Loop, type LoopResult, startLoop } from '@lianzheng/runtime';
import type { Context } from '../context.ts';
import { findPosition, insertPosition, type Position } from '../store/followed-logs.ts';
import { applyEntries } from './apply-entries.ts';

export type LogCalls = Pick<ClientOf<typeof LogServiceService>, 'getEntries'>;

const WAIT_MS = 15_000;
const LIMIT = 1_000;
// Only entries wake the call; heartbeats are exchange's business.
const NO_CHECKPOINT_IS_NEWER = new Date('9999-01-01T00:00:00Z');

/**
 * Follows the catalogue of every other node, by asking the node's exchange: what it answers is verified. The province's is
 * followed from the first day, the others once the registry names them.
 */
export function followCatalogues(context: Context, exchange: LogCalls): { stop(): Promise<void> } {
  const loops = new Map<string, Loop>();
  const { node: self, province, view, events } = context;

  function follow(node: string): Loop {
    return startLoop({
      name: `catalogue of ${node}`,
      idleMs: 100,
      run: (signal) => readOnce(context, exchange, node, signal),
      onError: events.followingFailed,
      backoff: { minMs: 100, maxMs: 2_000 },
    });
  }

  function followAll() {
    const nodes = [province, ...view.registry.nodes().map(({ node }) => node)];
    for (const node of nodes) if (node !== self && !loops.has(node)) loops.set(node, follow(node));
  }

  followAll();
  const unsubscribe = view.registry.onChange(followAll);
  return {
    async stop() {
      unsubscribe();
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
    },
  };
}

async function readOnce(
  context: Context,
  exchange: LogCalls,
  node: string,
  signal: AbortSignal,
): Promise<LoopResult> {
  const { database, view } = context;
  const present = view.registry.generation(node, 'catalog').generation;
  const at = await database.read((reader) => findPosition(reader, node));
  if (!at) {
    await database.tx((tx) => insertPosition(tx, node, { generation: 1, next: 0 }));
    return 'again';
  }
  const isOver = at.generation < present;
  const entries = await ask(exchange, node, at, isOver ? 0 : WAIT_MS, signal);
  if (entries.length === 0 && !isOver) return 'idle';
  // What is left of a generation that ended is read before the next one begins at 0.
  const to =
    entries.length > 0
      ? { ...at, next: at.next + entries.length }
      : { generation: at.generation + 1, next: 0 };
  await applyEntries(context, { node, entries, from: at, to });
  return 'again';
}

async function ask(
  exchange: LogCalls,
  node: string,
  { generation, next }: Position,
  waitMs: number,
  signal: AbortSignal,
) {
  const log = { node, log: 'catalog', generation };
  const request = { log, from: BigInt(next), limit: LIMIT, waitMs, afterTime: NO_CHECKPOINT_IS_NEWER };
  const { entries } = await exchange.getEntries(request, { signal, deadlineMs: waitMs + 5_000 });
  for (const [index, { sequence }] of entries.entries()) {
    if (sequence !== BigInt(next + index))
      throw new Error(`entry ${sequence} of ${node} where ${next + index} was asked for`);
  }
  return entries.map(({ sequence, leaf }) => ({ sequence: Number(sequence), leaf }));
}
