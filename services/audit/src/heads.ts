import type { Publish } from '@lianzheng/log';
import { LogRecord } from '@lianzheng/proto/log/v1/log';
import { startLoop } from '@lianzheng/runtime';

/** Heads of other nodes' logs with our cosignature, on their way into the access topic (logs.md §5). */
export type Heads = {
  /** Takes a set to publish; the newest one only, since each set says everything again that matters. */
  offer(notes: readonly Buffer[]): void;
  stop(): Promise<void>;
};

export function startHeads(publish: Publish, onError: (error: unknown) => void): Heads {
  let waiting: readonly Buffer[] | undefined;

  const loop = startLoop({
    name: 'cosigned heads',
    idleMs: Infinity,
    onError,
    async run(signal) {
      if (!waiting) return 'idle';
      const notes = waiting;
      waiting = undefined;
      const record = LogRecord.encode({
        record: { $case: 'cosignedHeads', value: { notes: [...notes] } },
      }).finish();
      await publish([{ value: Buffer.from(record) }], signal);
      return 'again';
    },
  });

  return {
    offer(notes) {
      waiting = notes;
      loop.wake();
    },
    stop: loop.stop,
  };
}
