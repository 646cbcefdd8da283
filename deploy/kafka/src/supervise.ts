import { type CarrierState, watchCarrierState } from '@lianzheng/kafka/carrier-state';
import { createBackoff, pause } from '@lianzheng/runtime';
import { type MirrorMaker, type MirrorMakerOptions, startMirrorMaker } from './mirror-maker.ts';

export interface MirrorEvent {
  event: 'mirror_started' | 'mirror_failed' | 'mirror_ended' | 'mirror_state_unreadable';
  city: string;
  /** Starts after the first. */
  restarts: number;
  [detail: string]: unknown;
}

export interface SuperviseOptions {
  mirror: MirrorMakerOptions;
  /** One structured line per event, for the operator's log. */
  onEvent: (event: MirrorEvent) => void;
  /** Milliseconds since 1970 by this machine's clock, which MirrorMaker writes into its states. */
  nowMs: () => number;
}

export interface FlowState extends CarrierState {
  source: string;
  target: string;
}

export interface MirrorSupervisor {
  /** The process of the moment; undefined between two. */
  mirror(): MirrorMaker | undefined;
  restarts(): number;
  /** What the flows last said, of this process or an earlier one. */
  states(): FlowState[];
  stop(): Promise<void>;
}

/** A cluster behind a cut link cannot be read for hours: that is said now and then. */
const UNREADABLE_EVERY_MS = 60_000;

/** A run this long was no failure to start: the next pause is short again. */
const SETTLED_AFTER_MS = 60_000;

/**
 * Keeps one MirrorMaker carrying: starts it, starts it again when the process ends, and also when one of its connectors or
 * tasks reports FAILED, because such a part stays dead while the process lives. Pauses grow to 15 s.
 */
export function superviseMirror({ mirror: options, onEvent, nowMs }: SuperviseOptions): MirrorSupervisor {
  const { city, province, tls } = options;
  const stopping = new AbortController();
  const backoff = createBackoff({ minMs: 500, maxMs: 15_000 });
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  let mirror: MirrorMaker | undefined;
  let startedAtMs = 0;
  let restarts = 0;
  let failed: (state: FlowState) => void = () => undefined;

  const tell = (event: MirrorEvent['event'], details: Record<string, unknown>) =>
    onEvent({ event, city: city.node, restarts, ...details });

  const flows = [
    { source: city, target: province },
    { source: province, target: city },
  ].map(({ source, target }) => {
    const names = { source: source.node, target: target.node };
    let saidAtMs = Number.NEGATIVE_INFINITY;
    const watch = watchCarrierState({
      target: { bootstrap: target.bootstrap, tls },
      source: source.node,
      onState(state) {
        // What an earlier process left behind says nothing about this one.
        if (state.state === 'FAILED' && state.at.getTime() >= startedAtMs) failed({ ...names, ...state });
      },
      onError(err) {
        if (nowMs() - saidAtMs < UNREADABLE_EVERY_MS) return;
        saidAtMs = nowMs();
        tell('mirror_state_unreadable', { ...names, err });
      },
    });
    return { names, watch };
  });

  /** One process's life; the answer says why it is over. */
  async function runOnce(): Promise<void> {
    startedAtMs = nowMs();
    const failure = new Promise<FlowState>((resolve) => {
      failed = resolve;
    });
    const running = await startMirrorMaker(options);
    mirror = running;
    tell('mirror_started', { pid: running.pid });
    try {
      const over = await Promise.race([
        failure.then((state) => ({ failed: state })),
        running.exited.then((exit) => ({ exit })),
        stopped,
      ]);
      if (over && 'failed' in over) tell('mirror_failed', describeFailure(over.failed));
      if (over && 'exit' in over) tell('mirror_ended', { ...over.exit });
    } finally {
      await running.stop();
      mirror = undefined;
    }
  }

  async function runAlways(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await runOnce();
      } catch (err) {
        tell('mirror_ended', { err });
      }
      if (stopping.signal.aborted) return;
      if (nowMs() - startedAtMs > SETTLED_AFTER_MS) backoff.reset();
      await pause(backoff.nextMs(), stopping.signal);
      restarts += 1;
    }
  }

  const ended = runAlways();
  return {
    mirror: () => mirror,
    restarts: () => restarts,
    states: () =>
      flows.flatMap(({ names, watch }) => watch.states().map((state) => ({ ...names, ...state }))),
    async stop() {
      stopping.abort();
      await Promise.all([ended, ...flows.map(({ watch }) => watch.stop())]);
    },
  };
}

function describeFailure({ source, target, connector, task, trace }: FlowState): Record<string, unknown> {
  return { source, target, connector, task, reason: trace?.split('\n', 1)[0] };
}
