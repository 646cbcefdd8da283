import {
  ExchangeServiceService,
  FindLicencesRequest,
  FindLicencesResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import { freshnessText } from '../answer-lines.ts';
import type { Command } from '../command.ts';
import { print, printJson, tell } from '../io.ts';
import { connectionOptions, fileOption, jsonOption, option, repeated } from '../options.ts';
import { readRequest } from '../request.ts';
import { withSession } from '../session.ts';
import { both, statusWords } from '../words.ts';

export const find: Command = {
  positionals: [],
  options: {
    'code-kind': option(
      'KIND',
      '持证主体代码类型（GB/T 36903 附录 A），如 111、001',
      'kind of the holder code',
    ),
    code: option(
      'CODE',
      '持证主体代码（个人信息建议写在 --file 里）',
      'holder code; had better stand in --file',
    ),
    type: repeated('CODE', '证照类型代码', 'licence type'),
    case: option('NUMBER', '办件编号', 'case number'),
    matter: option('CODE', '事项编码', 'matter'),
    officer: option('NAME', '经办人账号', "officer's account"),
    'max-staleness': option('MS', '可接受的时延，毫秒', 'accepted staleness'),
    ...fileOption,
    ...jsonOption,
    ...connectionOptions,
  },
  notes: [
    [
      '所找的类型须列在事项清单中，且已授权本部门使用；查询记入访问日志。',
      "Each type must stand in the matter's list and be authorised for the department; the search is logged.",
    ],
    ['有节点查得不全时退出码为 1。', 'Exit code 1 where a node could not be searched completely.'],
  ],
  examples: ['lz find --file request.json --as using --node 440300'],
  async run(invocation) {
    const { flags, io } = invocation;
    const types = flags.list('type');
    const request = await readRequest(
      invocation,
      'lianzheng.exchange.v1.FindLicencesRequest',
      FindLicencesRequest,
      {
        flags: {
          codeKind: flags.text('code-kind'),
          code: flags.text('code'),
          typeCodes: types.length > 0 ? types : undefined,
          caseNumber: flags.text('case'),
          matterCode: flags.text('matter'),
          officer: flags.text('officer'),
          maxStalenessMs: flags.whole('max-staleness'),
        },
      },
    );
    return withSession(invocation, { role: 'using' }, async (session) => {
      const exchange = session.client('exchange', ExchangeServiceService);
      const answer = await exchange.findLicences(request, session.call);
      if (flags.on('json')) printJson(io, FindLicencesResponse.toJSON(answer));
      else for (const line of lines(answer)) print(io, line);
      for (const { node, reason } of answer.incomplete)
        tell(io, `× 节点 ${node} 查得不全 / incomplete: ${reason}`);
      return answer.incomplete.length === 0 ? 0 : 1;
    });
  },
};

function lines({ licences, freshness }: FindLicencesResponse): string[] {
  return [
    `共 ${licences.length} 件 / licences`,
    ...licences.map(({ identifier, typeName, status, validFrom, validTo, homeNode }) =>
      [identifier, typeName, both(statusWords(status)), `${validFrom}…${validTo || '长期'}`, homeNode].join(
        '  ',
      ),
    ),
    ...freshness.map((one) => `新鲜度 freshness  ${freshnessText(one)}`),
  ];
}
