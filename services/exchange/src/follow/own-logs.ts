import type { LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { ClientOf } from '@lianzheng/rpc';
import { type Logger, type Loop, startLoop } from '@lianzheng/runtime';
import type { Copies } from './copies.ts';
import { checkpointItem, type LogCopy } from './log-copy.ts';
import { outageLog } from './outage.ts';
import { itemsOf } from './repair.ts';

type LogClient = ClientOf<typeof LogServiceService>;

export type OwnLogsOptions = {
  self: string;
  copies: Copies;
  /** The services that own this node's logs. */
  owners: { status: LogClient; catalog: LogClient; access: LogClient };
  logger: Logger;
};

/** A node follows its own logs by gRPC from the service that owns them, with the same judgement as anybody else's. */
export function followOwnLogs(options: OwnLogsOptions): { stop(): Promise<void> } {
  const loops = [
    follow(options, 'status', () => pullEntries(options, 'status')),
    follow(options, 'catalog', () => pullEntries(options, 'catalog')),
    follow(options, 'access', () => pullHead(options)),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

function follow({ logger }: OwnLogsOptions, log: string, pull: () => Promise<'again' | 'idle'>): Loop {
  const outage = outageLog(logger, 'own log: its service does not answer');
  return startLoop({
    name: `own ${log}`,
    idleMs: log === 'access' ? 2_000 : 200,
    run: pull,
    onError: (error) => outage(error, { log }),
  });
}

/** Entries of an ended generation of a log of this node, up to a size. */
export async function fetchOwn(owners: OwnLogsOptions['owners'], copy: LogCopy, size: number): Promise<void> {
  const owner = owners[copy.log.log as 'status' | 'catalog'];
  for (let before = -1; copy.state().size < size && copy.state().size > before; ) {
    before = copy.state().size;
    const request = { log: copy.log, from: BigInt(before), limit: 4_000, waitMs: 0, afterTime: undefined };
    await copy.offer(itemsOf(await owner.getEntries(request, { deadlineMs: 8_000 })));
  }
}

async function pullEntries({ self, copies, owners }: OwnLogsOptions, log: 'status' | 'catalog') {
  const copy = await copies.open(self, log);
  const { size, noteTime } = copy.state();
  const answer = await owners[log].getEntries(
    { log: copy.log, from: BigInt(size), limit: 4_000, waitMs: 2_000, afterTime: noteTime },
    { deadlineMs: 8_000 },
  );
  const offered = await copy.offer(itemsOf(answer));
  return answer.entries.length > 0 && offered.verified > 0 ? 'again' : 'idle';
}

async function pullHead({ self, copies, owners }: OwnLogsOptions): Promise<'idle'> {
  const copy = await copies.open(self, 'access');
  const { checkpoint } = await owners.access.getHead({ log: copy.log });
  if (checkpoint.length > 0) await copy.offer([checkpointItem(checkpoint)]);
  return 'idle';
}
