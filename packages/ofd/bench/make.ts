// node packages/ofd/bench/make.ts: documents made a second on one core, against a loop of SHA-256 in the same run.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadFonts } from '../fonts/load.ts';
import { prepareFonts } from '../fonts/prepare.ts';
import { createPress, pack, parseTemplate } from '../src/index.ts';

const ROUNDS = 7;
const DOCUMENTS = 1_000;
const CATALOGUE = path.join(import.meta.dirname, '../../../deploy/catalogue');
const IDENTIFIER = '1.2.156.3005.2.11440000YH0000034E003.11440100YH1000034E.20260000403.001.U';

await prepareFonts();
const json = (file: string): unknown => JSON.parse(readFileSync(path.join(CATALOGUE, file), 'utf8'));
const face = json('nodes/440000/types/residence-permit.json') as Parameters<typeof parseTemplate>[1];
const fonts = await loadFonts();
const press = createPress(parseTemplate(json('templates/residence-permit-v1.original.json'), face), fonts);
/** The first 6,500 of Noto Serif SC. */
const ideographs = Array.from({ length: 0x51a6 }, (_, at) => 0x4e00 + at)
  .filter((code) => fonts.regular[0]!.glyphOf(code))
  .slice(0, 6_500);
const photo = photoOf(15_000);

for (let round = 0; round < 2; round++) makeAll();
for (let round = 0; round < ROUNDS; round++) {
  const hashes = hashesASecond();
  const { rate, size } = makeAll();
  console.log(
    `${rate.toFixed(0)} documents/s of ${(size / 1_024).toFixed(1)} KB; ${((rate / hashes) * 1_000).toFixed(2)} per 1,000 SHA-256 of 64 KB`,
  );
}

function makeAll(): { rate: number; size: number } {
  const start = process.cpuUsage();
  let size = 0;
  for (let index = 0; index < DOCUMENTS; index++)
    size += pack(press.make(inputOf(index)), press.parts).length;
  const { user, system } = process.cpuUsage(start);
  return { rate: (DOCUMENTS * 1e6) / (user + system), size: size / DOCUMENTS };
}

/** Names and addresses of changing characters, drawn from 6,500. */
function inputOf(index: number) {
  const draw = (count: number, salt: number) =>
    String.fromCodePoint(
      ...Array.from(
        { length: count },
        (_, at) => ideographs[(index * 7_919 + at * 104_729 + salt * 613) % 6_500]!,
      ),
    );
  const values = {
    ZZMC: '居住证',
    ZZBH: `J44010020260${String(index).padStart(5, '0')}`,
    ZZBS: IDENTIFIER,
    ZZBFJG: '禾城市社会事务局',
    ZZBFRQ: '2026-11-24',
    CZZT: [draw(3, 1)],
    CZZTDM: ['440101199003078515'],
    sex: '女',
    ethnicGroup: '汉族',
    bornOn: '1990-03-07',
    permanentAddress: `江州省临川市${draw(4, 2)}路23号`,
    residentialAddress: `粤禾省禾城市海珠区${draw(4, 3)}路135号618栋502房`,
    residenceReason: '合法稳定就业',
    firstIssuedOn: '2022-06-15',
    endorsementCount: '4',
    ZZYXQJZRQ: '2027-06-14',
  };
  const metadata = Object.entries(values).map(([name, value]) => [name, String(value)] as [string, string]);
  const docId = index.toString(16).padStart(32, '0');
  return {
    docId,
    title: '居住证',
    createdOn: '2026-11-24',
    sealed: true,
    metadata,
    content: { values, code: IDENTIFIER },
    photo,
  };
}

/** A JPEG header of 358 × 441 pixels and as many bytes as a photo has. */
function photoOf(length: number): Buffer {
  const bytes = Buffer.alloc(length, 0x5a);
  Buffer.from('ffd8ffc0001108', 'hex').copy(bytes);
  bytes.writeUInt16BE(441, 7);
  bytes.writeUInt16BE(358, 9);
  return bytes;
}

function hashesASecond(): number {
  const bytes = Buffer.alloc(64 << 10);
  const start = process.cpuUsage();
  for (let index = 0; index < 2_000; index++) createHash('sha256').update(bytes).digest();
  const { user, system } = process.cpuUsage(start);
  return (2_000 * 1e6) / (user + system);
}
