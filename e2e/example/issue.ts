// 颁发一件虚构的证照 / issues an invented licence:  node issue.ts
import { randomInt, randomUUID } from 'node:crypto';
import type { ServiceError } from '@grpc/grpc-js';
import { connect, explain, type Message } from './client.ts';

const node = '440100';
const department = '11440100YH00010374';
const issuance = connect(
  { node, role: 'issuing', department },
  {
    service: 'issuance',
    name: 'lianzheng.issuance.v1.IssuanceService',
    file: 'lianzheng/issuance/v1/issuance.proto',
  },
);

const today = new Date();
const day = (daysFromNow: number) =>
  new Date(today.getTime() + daysFromNow * 86_400_000).toISOString().slice(0, 10);

const request: Message = {
  header: {
    // 同一编号即同一请求：没有收到应答时原样重发，不会重复颁发 / the same id is the same request: send it again, nothing is issued twice
    requestId: randomUUID(),
    caseNumber: 'EXAMPLE-2',
    officer: 'example',
    decidedAt: { seconds: Math.floor(today.getTime() / 1000), nanos: 0 },
  },
  data: {
    typeCode: '11440100YH00010374001',
    licenceNumber: `GJJ${day(0).slice(0, 4)}${String(randomInt(1e8)).padStart(8, '0')}`,
    issuedOn: day(-1),
    validFrom: day(-1),
    validTo: day(60),
    holders: [{ name: '示例人', codeKind: '111', code: '445199196611016978' }],
    items: {
      employer: '示例机电有限公司',
      accountStatus: '正常',
      accountOpenedOn: '2001-04-11',
      monthlyContribution: '869.90',
      contributionBase: '7249.00',
      contributionRatio: '12',
      paidUpTo: '2026-10',
      continuousMonths: '70',
      balance: '36120.55',
    },
  },
};

try {
  const { licence } = await sendUntilAnswered(request);
  console.log((licence as Message).identifier);
} catch (error) {
  console.error(explain(error as ServiceError));
  process.exitCode = 1;
}

async function sendUntilAnswered(message: Message): Promise<Message> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await issuance.call('IssueLicence', message);
    } catch (error) {
      const passing = [4, 14].includes((error as ServiceError).code);
      if (!passing || attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 500));
    }
  }
}
