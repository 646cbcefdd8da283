import { ExchangeServiceService, ListLinksResponse } from '@lianzheng/proto/exchange/v1/exchange';
import { isMeshError } from '@lianzheng/rpc/errors';
import type { Command, ExitCode } from '../command.ts';
import { type Io, print, printJson } from '../io.ts';
import { linkLines, linksAreGood } from '../link-lines.ts';
import { connectionOptions, flag, jsonOption } from '../options.ts';
import { withSession } from '../session.ts';

export const links: Command = {
  positionals: [],
  options: {
    watch: flag('持续显示，Ctrl-C 结束', 'go on showing them, until Ctrl-C'),
    ...jsonOption,
    ...connectionOptions,
  },
  notes: [
    [
      '所有状态与目录日志都新鲜、没有停用、没有未确认的告警时，退出码为 0。',
      'Exit code 0 when every status and catalogue log is fresh, none is stopped and no alarm waits.',
    ],
  ],
  examples: ['lz links --node 440300', 'lz links --watch --node 440000'],
  run: (invocation) =>
    withSession(invocation, { role: 'operator' }, async (session) => {
      const { flags, io } = invocation;
      const exchange = session.client('exchange', ExchangeServiceService);
      if (flags.on('watch')) return watch(exchange.watchLinks({}, session.stream), io, flags.on('json'));
      const answer = await exchange.listLinks({}, session.call);
      show(io, answer, flags.on('json'));
      return linksAreGood(answer) ? 0 : 1;
    }),
};

/** The server ends a stream after an hour; whoever watches longer calls again. */
async function watch(
  stream: AsyncIterable<{ links: ListLinksResponse | undefined }>,
  io: Io,
  asJson: boolean,
): Promise<ExitCode> {
  let newest: ListLinksResponse | undefined;
  try {
    for await (const { links: answer } of stream) {
      if (!answer) continue;
      newest = answer;
      if (io.stdout.isTTY && !asJson) io.stdout.write('\u001b[H\u001b[2J');
      show(io, answer, asJson);
    }
  } catch (error) {
    if (!io.signal.aborted || !isMeshError(error, 'CANCELLED')) throw error;
  }
  return newest && linksAreGood(newest) ? 0 : 1;
}

function show(io: Io, answer: ListLinksResponse, asJson: boolean): void {
  if (asJson) printJson(io, ListLinksResponse.toJSON(answer));
  else for (const line of linkLines(answer)) print(io, line);
}
