import { ExchangeServiceService, OfferEntriesResponse } from '@lianzheng/proto/exchange/v1/exchange';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { Command } from '../command.ts';
import { CheckFailed } from '../failure.ts';
import { print, printJson } from '../io.ts';
import { connectionOptions, jsonOption } from '../options.ts';
import { grouped, startProgress } from '../progress.ts';
import { withSession } from '../session.ts';
import { openSnapshotFile } from '../snapshot/file.ts';
import { offersOf } from '../snapshot/offers.ts';

export const snapshotLoad: Command = {
  positionals: [{ name: 'FILE', words: ['快照文件', 'the snapshot file'] }],
  options: { ...jsonOption, ...connectionOptions },
  notes: [
    [
      '节点像对待 Kafka 的记录一样验证每一条，验证不过的不改变任何东西；已有的部分跳过，中断后重来即可。',
      'The node verifies everything like records of Kafka; what it has is skipped, and a broken load is simply run again.',
    ],
  ],
  examples: ['lz snapshot load 440100-status.lzsnap --node 440300'],
  async run(invocation) {
    const { flags, io } = invocation;
    const snapshot = await openSnapshotFile(flags.argument('FILE'));
    try {
      return await withSession(invocation, { role: 'operator' }, async (session) => {
        const { log } = snapshot.header;
        const exchange = session.client('exchange', ExchangeServiceService);
        const held = await session.client('exchange', LogServiceService).getHead({ log }, session.call);
        const from = Number(held.size);
        const progress = startProgress(io, { label: '装入 load', unit: '条 entries', started: from });
        let answer: OfferEntriesResponse = { verifiedSize: held.size };
        let offered = from;
        for await (const { entries, checkpoints } of offersOf(snapshot.chunks(), from)) {
          answer = await exchange.offerEntries(
            { log, entries: [...entries], checkpoints: [...checkpoints] },
            session.call,
          );
          offered = Math.max(offered, Number(entries.at(-1)?.sequence ?? -1n) + 1);
          progress.update(Number(answer.verifiedSize));
        }
        progress.end();
        const { verifiedSize } = answer;
        if (flags.on('json')) printJson(io, OfferEntriesResponse.toJSON(answer));
        else print(io, `节点 ${session.node} 已验证 ${grouped(verifiedSize)} 条 / verified`);
        if (Number(verifiedSize) < offered)
          throw new CheckFailed(
            `节点只接受到第 ${verifiedSize} 条，快照有 ${offered} 条；见 lz links 的告警与噪声 / the node took less than the snapshot holds; see lz links`,
          );
        return 0;
      });
    } finally {
      await snapshot.close();
    }
  },
};
