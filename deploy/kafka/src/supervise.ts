import type { Exit } from '@lianzheng/deploy-process';
import { watchCarrierState } from '@lianzheng/kafka/carrier-state';
import { createBackoff, pause } from '@lianzheng/runtime';
import { type FlowState, isLost } from './flow-state.ts';
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

export interface MirrorSupervisor {
  /** The process of the moment; undefined between two. */
  mirror(): MirrorMaker | undefined;
  restarts(): number;
  /** What the flows last said, of this process or an earlier one. */
  states(): FlowState[];
  stop(): Promise<void>;
}

/** How often states are looked at; they arrive by themselves. */
const LOOK_EVERY_MS = 200;
/** A cluster behind a cut link cannot be read for hours: that is said now and then. */
const UNREADABLE_EVERY_MS = 60_000;
/** A run this long was no failure to start: the next pause is short again. */
const SETTLED_AFTER_MS = 60_000;

/**
 * Keeps one MirrorMaker carrying: starts it, starts it again when the process ends, and also when one of its connectors or
 * tasks is lost, because such a part stays dead while the process lives. Pauses grow to 15 s.
 */
export function superviseMirror(options: SuperviseOptions): MirrorSupervisor {
  const { onEvent, nowMs } = options;
  const stopping = new AbortController();
  const backoff = createBackoff({ minMs: 500, maxMs: 15_000 });
  let mirror: MirrorMaker | undefined;
  let restarts = 0;

  const tell = (event: MirrorEvent['event'], details: Record<string, unknown>) =>
    onEvent({ event, city: options.mirror.city.node, restarts, ...details });
  const flows = watchFlows(options, tell);

  /** One process's life, until it ends, has lost a part, or is to stop. */
  async function runOnce(startedAtMs: number): Promise<void> {
    const running = await startMirrorMaker(options.mirror);
    mirror = running;
    tell('mirror_started', { pid: running.pid });
    let exit: Exit | undefined;
    const exited = running.exited.then((how) => {
      exit = how;
    });
    try {
      while (!exit && !stopping.signal.aborted) {
        const lost = flows.states().find((state) => isLost(state, startedAtMs, nowMs()));
        if (lost) return tell('mirror_failed', describeLoss(lost));
        await Promise.race([exited, pause(LOOK_EVERY_MS, stopping.signal)]);
      }
      if (exit) tell('mirror_ended', { ...(exit as Exit) });
    } finally {
      await running.stop();
      mirror = undefined;
    }
  }

  async function runAlways(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAtMs = nowMs();
      try {
        await runOnce(startedAtMs);
      } catch (err) {
        tell('mirror_ended', { err });
      }
      if (stopping.signal.aborted) return;
      if (nowMs() - startedAtMs > SETTLED_AFTER_MS) backoff.reset();
      await pause(backoff.nextMs(), stopping.signal);
      restarts += 1;
    }
  }

  const over = runAlways();
  return {
    mirror: () => mirror,
    restarts: () => restarts,
    states: flows.states,
    async stop() {
      stopping.abort();
      await Promise.all([over, flows.stop()]);
    },
  };
}

/** Both flows: what each says stands on the cluster that it writes to. */
function watchFlows(
  { mirror: { city, province, tls }, nowMs }: SuperviseOptions,
  tell: (event: 'mirror_state_unreadable', details: Record<string, unknown>) => void,
): { states(): FlowState[]; stop(): Promise<void> } {
  const directions = [
    { source: city, target: province },
    { source: province, target: city },
  ];
  const flows = directions.map(({ source, target }) => {
    const names = { source: source.node, target: target.node };
    let saidAtMs = Number.NEGATIVE_INFINITY;
    const watch = watchCarrierState({
      target: { bootstrap: target.bootstrap, tls },
      source: source.node,
      onError(err) {
        if (nowMs() - saidAtMs < UNREADABLE_EVERY_MS) return;
        saidAtMs = nowMs();
        tell('mirror_state_unreadable', { ...names, err });
      },
    });
    return { names, watch };
  });
  return {
    states: () =>
      flows.flatMap(({ names, watch }) => watch.states().map((state) => ({ ...names, ...state }))),
    stop: async () => void (await Promise.all(flows.map(({ watch }) => watch.stop()))),
  };
}

function describeLoss({ source, target, connector, task, state, trace }: FlowState): Record<string, unknown> {
  return { source, target, connector, task, state, reason: trace?.split('\n', 1)[0] };
}
