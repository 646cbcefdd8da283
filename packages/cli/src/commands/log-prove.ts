import { GetInclusionProofResponse } from '@lianzheng/proto/log/v1/log';
import type { Command } from '../command.ts';
import { CheckFailed, WrongUse } from '../failure.ts';
import { print, printJson, tell } from '../io.ts';
import { logArguments } from '../log/arguments.ts';
import { entryLine } from '../log/entry-text.ts';
import { keyBookFor, keysOption } from '../log/key-book.ts';
import { logClient, logName } from '../log/node-source.ts';
import { inclusionProblem } from '../log/proof.ts';
import { connectionOptions, jsonOption, option } from '../options.ts';
import { grouped } from '../progress.ts';
import { withSession } from '../session.ts';

export const logProve: Command = {
  positionals: [
    ...logArguments,
    { name: 'SEQUENCE', words: ['条目序号，从 0 起', 'sequence of the entry, from 0'] },
  ],
  options: {
    size: option(
      'COUNT',
      '证明所用的日志大小，须有检查点；默认最新',
      'tree size, one with a checkpoint; the newest by default',
    ),
    ...keysOption,
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    'lz log prove 440100 status 17',
    'lz log prove 440100 status 17 --node 440300 --keys trust.json',
  ],
  async run(invocation) {
    const { flags, io } = invocation;
    const owner = flags.argument('NODE');
    const log = logName(owner, flags.argument('LOG'));
    const text = flags.argument('SEQUENCE');
    if (!/^[0-9]{1,15}$/.test(text))
      throw new WrongUse(`序号应为从 0 起的整数 / the sequence is a whole number: ${text}`);
    const sequence = BigInt(text);
    const size = BigInt(flags.whole('size', 1) ?? 0);
    return withSession(invocation, { role: 'operator', node: owner }, async (session) => {
      const proof = await logClient(session, log).getInclusionProof({ log, sequence, size }, session.call);
      const keys = await keyBookFor(flags, io, session);
      const problem =
        proof.sequence === sequence
          ? inclusionProblem(proof, log, keys.keysOf(log.node, log.log))
          : `答的是第 ${proof.sequence} 条 / answered another entry`;
      if (flags.on('json')) printJson(io, GetInclusionProofResponse.toJSON(proof));
      if (problem) throw new CheckFailed(`存在证明不成立 / the proof does not hold: ${problem}`);
      tell(io, `公钥来自 / keys from: ${keys.source}`);
      if (flags.on('json')) return 0;
      print(
        io,
        `成立：第 ${sequence} 条在 ${grouped(proof.size)} 条的日志中 / entry ${sequence} stands in the log of ${grouped(proof.size)} entries`,
      );
      print(io, entryLine({ sequence, leaf: proof.leaf, holders: [] }));
      return 0;
    });
  },
};
