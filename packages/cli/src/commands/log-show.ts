import type { GetEntriesResponse, LogName } from '@lianzheng/proto/log/v1/log';
import type { Command } from '../command.ts';
import { type Io, print, printJson } from '../io.ts';
import { logArguments } from '../log/arguments.ts';
import { entryJson, entryLine } from '../log/entry-text.ts';
import { type LogClient, logClient, logName } from '../log/node-source.ts';
import { connectionOptions, flag, option } from '../options.ts';
import { type Session, withSession } from '../session.ts';

const DEFAULT_LIMIT = 20;
const WAIT_MS = 10_000;
const MAX_AT_ONCE = 1_000;

export const logShow: Command = {
  positionals: logArguments,
  options: {
    from: option('SEQUENCE', '起始序号；默认最后若干条', 'first sequence; the last ones by default'),
    limit: option('COUNT', `条数，默认 ${DEFAULT_LIMIT}`, 'how many'),
    generation: option('NUMBER', '代，默认现行的', 'generation, the present one by default'),
    follow: flag('继续显示新条目，Ctrl-C 结束', 'go on with new entries, until Ctrl-C'),
    json: flag('每条一行 JSON，叶子已解码', 'one entry a line as JSON, its leaf decoded'),
    ...connectionOptions,
  },
  notes: [
    ['--node 为所问的节点，默认即日志所属节点。', '--node is the node that is asked, the owner by default.'],
  ],
  examples: [
    'lz log show 440100 status',
    'lz log show 440100 status --node 440300 --from 0 --limit 100 --json',
  ],
  async run(invocation) {
    const { flags, io } = invocation;
    const owner = flags.argument('NODE');
    const log = logName(owner, flags.argument('LOG'), flags.whole('generation', 1));
    const limit = flags.whole('limit', 1) ?? DEFAULT_LIMIT;
    const print = flags.on('json') ? printEntriesJson : printEntries;
    return withSession(invocation, { role: 'operator', node: owner }, async (session) => {
      const client = logClient(session, log);
      const { size } = await client.getHead({ log }, session.call);
      const wanted = flags.whole('from');
      const from = wanted ?? Math.max(0, Number(size) - limit);
      const next = await showRange(client, session, log, from, limit, (answer) => print(io, answer));
      if (flags.on('follow')) await follow(client, session, log, next, (answer) => print(io, answer), io);
      return 0;
    });
  },
};

type Show = (answer: GetEntriesResponse) => void;

/** Returns the sequence after the last that was shown. */
async function showRange(
  client: LogClient,
  session: Session,
  log: LogName,
  from: number,
  limit: number,
  show: Show,
): Promise<number> {
  let next = from;
  while (next < from + limit) {
    const request = {
      log,
      from: BigInt(next),
      limit: Math.min(MAX_AT_ONCE, from + limit - next),
      waitMs: 0,
      afterTime: undefined,
    };
    const answer = await client.getEntries(request, session.call);
    // A range without a checkpoint inside is answered up to the next one.
    const entries = answer.entries.slice(0, from + limit - next);
    if (entries.length === 0) break;
    show({ ...answer, entries });
    next += entries.length;
  }
  return next;
}

async function follow(
  client: LogClient,
  session: Session,
  log: LogName,
  from: number,
  show: Show,
  io: Io,
): Promise<void> {
  let next = from;
  while (!io.signal.aborted) {
    const request = { log, from: BigInt(next), limit: MAX_AT_ONCE, waitMs: WAIT_MS, afterTime: undefined };
    const answer = await client
      .getEntries(request, { ...session.call, deadlineMs: WAIT_MS * 2 })
      .catch((error: unknown) => {
        if (io.signal.aborted) return undefined;
        throw error;
      });
    if (!answer) return;
    show(answer);
    next += answer.entries.length;
  }
}

function printEntries(io: Io, { entries }: GetEntriesResponse): void {
  for (const entry of entries) print(io, entryLine(entry));
}

function printEntriesJson(io: Io, { entries }: GetEntriesResponse): void {
  for (const entry of entries) printJson(io, entryJson(entry));
}
