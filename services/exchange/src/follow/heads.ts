import { openNote, parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { type Registry, verifierOf } from '@lianzheng/registry';
import { type Clock, type Logger, pause, startLoop } from '@lianzheng/runtime';
import type { Peers } from '../ask/peers.ts';
import { type Copies, followedLogs } from './copies.ts';
import { checkpointItem, type LogCopy } from './log-copy.ts';
import { FAR_BEHIND, type Repairs } from './repair.ts';

type Held = { node: string; log: string; generation: number; size: number };

/** Heads that neighbours tell by gRPC: known beside Kafka, and the way to notice that the carrier is silent. */
export type Heads = {
  /** Largest size of a log that anybody told. */
  sizeOf(node: string, log: string, generation: number): number | undefined;
  /** What one neighbour holds of a log. */
  heldBy(holder: string, node: string, log: string, generation: number): number | undefined;
  stop(): Promise<void>;
};

export type HeadsOptions = {
  self: string;
  registry: Registry;
  peers: Peers;
  copies: Copies;
  repairs: Repairs;
  clock: Clock;
  logger: Logger;
};

/** So long the carrier may be behind a head that was told, before the entries are fetched. */
const PATIENCE_MS = 2_000;

export function startHeads(options: HeadsOptions): Heads {
  const { self, peers, copies, repairs, logger, registry } = options;
  const held = new Map<string, Held[]>();

  const loop = startLoop({
    name: 'heads',
    idleMs: 3_000,
    onError: (error) => logger.warn({ err: error }, 'asking for heads failed'),
    async run(signal) {
      await Promise.all(peers.neighbours().map(({ node }) => askOne(node, signal)));
      return 'idle';
    },
  });

  async function askOne(holder: string, signal: AbortSignal): Promise<void> {
    const peer = peers.direct(holder);
    if (!peer) return;
    let notes: Buffer[];
    try {
      notes = (await peer.peer.getVerifiedHeads({}, { signal, deadlineMs: 2_000 })).notes.map((note) =>
        Buffer.from(note),
      );
      peers.ended(holder, true);
    } catch (error) {
      peers.ended(holder, false);
      logger.debug({ holder, err: error }, 'heads: peer did not answer');
      return;
    }
    const heads = notes.flatMap((note) => signedHead(registry, note) ?? []);
    held.set(holder, heads);
    for (const { note, ...head } of heads) if (head.node !== self) await offerHead(head, note, signal);
  }

  /** A head beyond our copy that the carrier does not bring in time is fetched; one that contradicts it stops the log. */
  async function offerHead(head: Held, note: Buffer, signal: AbortSignal): Promise<void> {
    if (!(followedLogs as readonly string[]).includes(head.log)) return;
    const copy = await copies.open(head.node, head.log);
    if (copy.log.generation !== head.generation) return;
    if (head.log === 'access' || head.size <= copy.state().size) {
      await copy.offer([checkpointItem(note)]);
      return;
    }
    void mendLater(copy, head.size, signal);
  }

  async function mendLater(copy: LogCopy, size: number, signal: AbortSignal): Promise<void> {
    const before = copy.state().size;
    // A node that has nothing at all does not wait for a carrier.
    if (before > 0 || size <= FAR_BEHIND) await pause(PATIENCE_MS, signal);
    if (signal.aborted || copy.state().size > before) return;
    await repairs
      .mend(copy, size)
      .catch((error) => logger.warn({ ...copy.log, err: error }, 'repair failed'));
  }

  return {
    sizeOf(node, log, generation) {
      const sizes = [...held.values()]
        .flat()
        .filter((head) => head.node === node && head.log === log && head.generation === generation)
        .map((head) => head.size);
      return sizes.length === 0 ? undefined : Math.max(...sizes);
    },
    heldBy: (holder, node, log, generation) =>
      held
        .get(holder)
        ?.find((head) => head.node === node && head.log === log && head.generation === generation)?.size,
    stop: () => loop.stop(),
  };
}

function signedHead(registry: Registry, note: Buffer): (Held & { note: Buffer }) | undefined {
  try {
    const { node, log, generation, size } = parseLogCheckpoint(parseNote(note).text);
    openNote(note, registry.logKeys(node, log).map(verifierOf));
    return { node, log, generation, size, note };
  } catch {
    // Not signed by the owner: nothing to go by.
    return undefined;
  }
}
