import { type BackoffOptions, createBackoff, type Pause, pause, startPause } from './backoff.ts';

/** `again`: there may be more to do right now. `idle`: wait for a wake or for idleMs. */
export type LoopResult = 'again' | 'idle';

export interface LoopOptions {
  readonly name: string;
  /** One round. Should end soon after the signal's abort. */
  run(signal: AbortSignal): Promise<LoopResult>;
  /** The longest pause between rounds: hints get lost, so a loop polls as well. */
  readonly idleMs: number;
  /** Called for each failed round; the loop goes on after a growing pause. */
  onError(error: unknown, name: string): void;
  readonly backoff?: BackoffOptions;
}

export interface Loop {
  /** A hint that there is work. A wake during a round means another round; a wake never shortens the pause after an error. */
  wake(): void;
  /** Aborts the signal, waits for the round under way and starts no other. */
  stop(): Promise<void>;
}

export function startLoop({ name, run, idleMs, onError, backoff: pauses }: LoopOptions): Loop {
  const stopping = new AbortController();
  const { signal } = stopping;
  const backoff = createBackoff(pauses);
  let woken = false;
  let idling: Pause | undefined;

  async function rounds() {
    while (!signal.aborted) {
      woken = false;
      try {
        const result = await run(signal);
        backoff.reset();
        if (result === 'idle' && !woken) await idle();
      } catch (error) {
        if (signal.aborted) return;
        onError(error, name);
        await pause(backoff.nextMs(), signal);
      }
    }
  }

  async function idle() {
    idling = startPause(idleMs, signal);
    await idling.over;
    idling = undefined;
  }

  // A loop that always answers 'again' without awaiting anything real must still let others run at its start.
  const ended = Promise.resolve().then(rounds);
  return {
    wake() {
      woken = true;
      idling?.end();
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
