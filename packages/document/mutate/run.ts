import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack } from '@lianzheng/ofd';
import { loadFonts } from '@lianzheng/ofd/fonts';
import { prepareFonts } from '@lianzheng/ofd/fonts/prepare';
import { sealOfd } from '@lianzheng/seal';
import { createVerifier } from '@lianzheng/sm2';
import { createSampleAuthority, STAMP, samplePress } from '../sample/index.ts';
import { type VerifyOptions, verifyDocument } from '../src/index.ts';
import { mutations, randomOf, type Sealed } from './mutations.ts';

export type Outcome = {
  readonly mutated: number;
  readonly refused: number;
  /** Accepted, and an independent unzip finds the same names and bytes. */
  readonly same: number;
  /** Accepted though the content differs: seed and mutation. */
  readonly wronglyAccepted: readonly string[];
  /** Longest check. */
  readonly slowestMs: number;
};

/** Changes sealed documents `count` times and checks each. A check that throws ends the run with its seed in the message. */
export async function mutate(
  count: number,
  firstSeed = 1,
  onProgress = (_done: number) => {},
): Promise<Outcome> {
  const now = new Date();
  const { documents, trust } = await sealedDocuments(now);
  const names = Object.keys(mutations);
  const accepted: { what: string; file: Buffer; original: Sealed }[] = [];
  let slowestMs = 0;
  for (let index = 0; index < count; index++) {
    const seed = firstSeed + index;
    const random = randomOf(seed);
    const name = names[index % names.length]!;
    const original = random.of(documents);
    const other = random.of(documents.filter((one) => one !== original));
    const what = `${name}, seed ${seed}`;
    const file = mutations[name]!(original, other, random);
    const started = performance.now();
    if (isGood(file, trust, what)) accepted.push({ what, file, original });
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (index % 1_000 === 0) onProgress(index);
  }
  const wronglyAccepted = differing(accepted);
  const same = accepted.length - wronglyAccepted.length;
  return { mutated: count, refused: count - accepted.length, same, wronglyAccepted, slowestMs };
}

function isGood(file: Buffer, trust: VerifyOptions, what: string): boolean {
  try {
    return verifyDocument(file, trust).ok;
  } catch (cause) {
    throw new Error(`the check threw: ${what}`, { cause });
  }
}

async function sealedDocuments(now: Date): Promise<{ documents: Sealed[]; trust: VerifyOptions }> {
  await prepareFonts();
  const press = samplePress(await loadFonts());
  const authority = createSampleAuthority(now);
  const [CITY, PROVINCE] = ['样本市样本局', '样本省样本厅'].map(
    (department) => ({ kind: 'legal-name', department }) as const,
  );
  const [city, province] = [authority.seal(CITY!.department), authority.seal(PROVINCE!.department)];
  const input = { signedAt: now, stamps: [STAMP] };
  const one = (holder: string) =>
    sealOfd(press.make([CITY!], holder), { ...input, seal: city.seal }, city.party);
  const two = (holder: string) => {
    const half = sealOfd(press.make([CITY!, PROVINCE!], holder), { ...input, seal: city.seal }, city.party);
    return sealOfd(half, { ...input, seal: province.seal }, province.party);
  };
  const documents = [one('欧阳思齐'), one('买买提·艾力'), two('欧阳思齐'), two('买买提·艾力')].map(
    (entries) => ({
      entries,
      file: pack(entries),
    }),
  );
  const { verify: verifySignature } = createVerifier();
  return { documents, trust: { roots: [authority.root], crls: [authority.crl()], now, verifySignature } };
}

/** Of the accepted files, those that Python's zipfile cannot read, or in which it finds other names or bytes than in the document they were made from. */
function differing(accepted: readonly { what: string; file: Buffer; original: Sealed }[]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'lz-mutate-'));
  try {
    const files = accepted.flatMap(({ file, original }, index) => {
      const [changed, before] = [path.join(folder, `${index}.a`), path.join(folder, `${index}.b`)];
      writeFileSync(changed, file);
      writeFileSync(before, original.file);
      return [changed, before];
    });
    const program = `import sys,zipfile
def content(f):
  with zipfile.ZipFile(f) as z: return sorted((i.filename,z.read(i)) for i in z.infolist())
for line in sys.stdin:
  a,b=line.rstrip('\\n').split('\\t')
  try: print('same' if content(a)==content(b) else 'differs')
  except Exception as e: print('unreadable')`;
    const lines = accepted.map((_, index) => `${files[2 * index]}\t${files[2 * index + 1]}`).join('\n');
    if (lines === '') return [];
    const answers = execFileSync('python3', ['-c', program], {
      input: lines,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const verdicts = answers.trim().split('\n');
    return accepted.filter((_, index) => verdicts[index] !== 'same').map(({ what }) => what);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
