// Rows per second of one core, as CSV: node packages/stock/bench.ts [rows]
import { generateStock, type StockType, stockColumns, toCsv } from './src/index.ts';

const type: StockType = {
  code: '11440300MB2C9876XE001',
  name: '食品经营许可证',
  holderKinds: ['001', '111'],
  minHolders: 1,
  maxHolders: 2,
  validity: { kind: 'TERM', months: 60 },
  items: [
    { key: 'operatorName', name: '经营者名称', type: 'TEXT', required: true },
    { key: 'premises', name: '经营场所', type: 'TEXT', required: true },
    { key: 'head', name: '法定代表人', type: 'TEXT', required: true },
    { key: 'scope', name: '经营项目', type: 'LONG_TEXT', required: true },
    { key: 'area', name: '面积', type: 'NUMBER', required: true },
    { key: 'business', name: '主体业态', type: 'CODE', required: true, values: ['食品销售', '餐饮服务'] },
    { key: 'foundedOn', name: '成立日期', type: 'DATE', required: false },
    { key: 'headId', name: '负责人身份号码', type: 'RESIDENT_ID', required: false },
  ],
};
const issuer = { code: '11440300MB2C9876XE', name: '栖云市市场监督管理局' };
const count = Number(process.argv[2] ?? 500_000);

const startedAt = performance.now();
let characters = 0;
const stock = generateStock({ type, issuer, count, seed: 'bench', brokenShare: 0.01 });
for (const line of toCsv(stockColumns(type), stock)) characters += line.length;
const seconds = (performance.now() - startedAt) / 1000;
console.log(`${Math.round(count / seconds)} rows/s, ${Math.round(characters / count)} characters a row`);
