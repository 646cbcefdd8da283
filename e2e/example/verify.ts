// 查验证照 / verifies a licence:  node verify.ts 证照标识 [节点]
import type { ServiceError } from '@grpc/grpc-js';
import { connect, explain } from './client.ts';

const [identifier = '', node = '440300'] = process.argv.slice(2);
const exchange = connect(
  { node, role: 'using' },
  {
    service: 'exchange',
    name: 'lianzheng.exchange.v1.ExchangeService',
    file: 'lianzheng/exchange/v1/exchange.proto',
  },
);

try {
  const answer = await exchange.call('VerifyLicence', {
    identifier,
    maxStalenessMs: 10_000,
    // 每次查验都记入访问日志：哪个办件、哪位经办人 / every call is logged with its case and officer
    caseNumber: 'EXAMPLE-1',
    officer: 'example',
  });
  console.log(JSON.stringify(answer, undefined, 2));
  // 三样都要看：查到、有效、新鲜 / all three count: found, valid, fresh
  const { fresh } = answer.freshness as { fresh: boolean };
  const good = answer.outcome === 'OUTCOME_FOUND' && answer.status === 'LICENCE_STATUS_VALID' && fresh;
  console.log(good ? '有效 / valid' : '不可采信 / not to be relied on');
  process.exitCode = good ? 0 : 1;
} catch (error) {
  console.error(explain(error as ServiceError));
  process.exitCode = 1;
}
