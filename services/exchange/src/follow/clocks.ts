import { AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';
import type { Clock, Logger } from '@lianzheng/runtime';
import { startLoop } from '@lianzheng/runtime';
import type { Peers } from '../ask/peers.ts';
import { type ClockOffset, MAX_OFFSET_MS, measureOffset, throughThird } from '../domain/freshness.ts';
import type { NewAlarm } from '../store/alarms.ts';

/** Offsets of other nodes' clocks (logs.md §6): neighbours are measured, the others are added up through the province. */
export type Clocks = {
  offset(node: string): ClockOffset | undefined;
  all(): ReadonlyMap<string, ClockOffset>;
  stop(): Promise<void>;
};

export type ClocksOptions = {
  self: string;
  peers: Peers;
  clock: Clock;
  logger: Logger;
  /** At every measurement of a clock that is further off than answers may rely on. */
  onOff(node: string, offset: ClockOffset): void;
};

export function startClocks(options: ClocksOptions): Clocks {
  const { self, peers, clock, logger } = options;
  const direct = new Map<string, ClockOffset>();
  const through = new Map<string, ClockOffset>();

  const loop = startLoop({
    name: 'clocks',
    idleMs: 5_000,
    onError: (error) => logger.warn({ err: error }, 'measuring clocks failed'),
    async run(signal) {
      await Promise.all(peers.neighbours().map((peer) => measure(peer.node, signal)));
      return 'idle';
    },
  });
  // Before the first answer nothing is fresh: measure as soon as neighbours are known.
  const eager = setInterval(() => {
    if (peers.neighbours().some(({ node }) => !direct.has(node))) loop.wake();
  }, 250);
  eager.unref();

  async function measure(node: string, signal: AbortSignal): Promise<void> {
    const peer = peers.direct(node);
    if (!peer) return;
    const sentMs = clock.nowMs();
    try {
      const answer = await peer.peer.getClock({ sentAt: new Date(sentMs) }, { deadlineMs: 2_000, signal });
      const measured = measureOffset(sentMs, answer.now!.getTime(), clock.nowMs());
      peers.ended(node, true);
      direct.set(node, measured);
      if (Math.abs(measured.offsetMs) > MAX_OFFSET_MS) options.onOff(node, measured);
      for (const other of answer.measurements) {
        if (other.node === self || !other.measuredAt) continue;
        through.set(
          other.node,
          throughThird(measured, {
            offsetMs: Number(other.offsetMs),
            uncertaintyMs: Number(other.uncertaintyMs),
            // Their clock's time of the measurement, in ours.
            measuredAtMs: other.measuredAt.getTime() - measured.offsetMs,
          }),
        );
      }
    } catch (error) {
      peers.ended(node, false);
      logger.debug({ node, err: error }, 'clock: peer did not answer');
    }
  }

  return {
    offset: (node) =>
      node === self
        ? { offsetMs: 0, uncertaintyMs: 0, measuredAtMs: clock.nowMs() }
        : (direct.get(node) ?? through.get(node)),
    all: () => direct,
    async stop() {
      clearInterval(eager);
      await loop.stop();
    },
  };
}

export function clockAlarm(node: string, { offsetMs, measuredAtMs }: ClockOffset): NewAlarm {
  const raisedAt = new Date(measuredAtMs);
  return {
    cause: `clock ${node} ${raisedAt.toISOString()}`,
    kind: AlarmKind.CLOCK,
    node,
    log: '',
    raisedAt,
    text: `${node} 的时钟与本节点相差 ${offsetMs} 毫秒 its clock and ours differ by ${offsetMs} ms`,
    evidence: [],
  };
}
