import { OfdError, unpack, type ZipLimits } from '@lianzheng/ofd';
import { checkOfd, type OfdCheck, type SealedBy } from '@lianzheng/seal';
import { commonNameOf } from '@lianzheng/seal-certificate';
import { judgeChain, judgeTime } from './certificates.ts';
import {
  CHECKS,
  type Check,
  type CheckName,
  failed,
  impossible,
  type Judged,
  NEEDED,
  passed,
  worst,
} from './checks.ts';
import { judgeCopy } from './copy.ts';
import { judged, sealName } from './seal-words.ts';
import type { VerifyOptions } from './trust.ts';

/** One seal as the report shows it. */
export type SealReport = {
  readonly name: string;
  /** Common name of the signer's certificate. */
  readonly signer: string;
  readonly signedAt?: Date;
  readonly checks: readonly Check[];
};

export type Report = {
  /** Nothing failed, and `package` to `signature` passed. */
  readonly ok: boolean;
  /** All of `CHECKS`, in order; of several seals the one that decides. */
  readonly checks: readonly Check[];
  readonly seals: readonly SealReport[];
  /** Undefined where the package cannot be read. */
  readonly title?: string;
  readonly metadata: readonly (readonly [name: string, value: string])[];
};

/** The report about an OFD document. Never throws for what the file may hold. */
export function verifyDocument(file: Uint8Array, options: VerifyOptions, limits?: ZipLimits): Report {
  let found: OfdCheck;
  try {
    found = checkOfd(
      unpack(Buffer.from(file.buffer, file.byteOffset, file.length), limits),
      options.verifySignature,
    );
  } catch (error) {
    if (!(error instanceof OfdError)) throw error;
    return unreadable(error);
  }
  const { title, metadata } = found.document.info;
  const seals = found.seals.map((seal) => ({ seal, judgements: judgeSeal(seal, options) }));
  const all = seals.map(({ judgements }) => judgements);
  const checks = CHECKS.map((name): Check => ({ name, ...judgeCheck(name, found, all, options) }));
  return {
    ok: isGood(checks),
    checks,
    seals: seals.map(({ seal, judgements }) => ({
      name: sealName(seal),
      signer: seal.signerCertificate ? (commonNameOf(seal.signerCertificate.subject) ?? '') : '',
      signedAt: seal.signed.signedAt,
      checks: CHECKS.filter(isSealCheck).map((name) => ({ name, ...judgements[name] })),
    })),
    title,
    metadata,
  };
}

function isGood(checks: readonly Check[]): boolean {
  return checks.every(
    ({ name, result }) => result === 'passed' || (result === 'not-possible' && !NEEDED.includes(name)),
  );
}

type SealCheck = Exclude<CheckName, 'package' | 'status' | 'copy'>;

type SealJudgements = Readonly<Record<SealCheck, Judged>>;

function isSealCheck(name: CheckName): name is SealCheck {
  return name !== 'package' && name !== 'status' && name !== 'copy';
}

function judgeSeal(seal: SealedBy, options: VerifyOptions): SealJudgements {
  const times = judgeTime(seal, options);
  return {
    references: judged(seal.references, [
      '全部文件都在签章保护之内，未改动',
      'every file is under the seal and unchanged',
    ]),
    'data-hash': judged(seal.dataHash, ['签章数据与文件一致', 'what was signed is this file']),
    seal: judged(seal.seal, ['印章由制章者签发，未改动', 'the seal is as its maker made it']),
    'seal-validity': times.at
      ? judged(seal.sealValidity, ['签章时印章在有效期内', 'the seal was valid when it was used'])
      : impossible('签章时间未经证明', 'when it was sealed is not proved'),
    'signer-listed': judged(seal.signerListed, [
      '签章人在印章的授权名单内',
      "the signer is in the seal's list",
    ]),
    chain: judgeChain(seal, times, options),
    signature: judged(seal.signature, ['签名成立', 'the signature is right']),
    time: times.time,
  };
}

function judgeCheck(
  name: CheckName,
  found: OfdCheck,
  seals: readonly SealJudgements[],
  { now, status = STATUS_UNKNOWN }: VerifyOptions,
): Judged {
  if (name === 'package') return passed('文件格式完整', 'the file is whole and well-formed');
  if (name === 'status') return status;
  if (name === 'copy') return judgeCopy(found.document, now);
  const ofSeals = seals.map((judgements, index) => named(judgements[name], found, index));
  if (name === 'references')
    return worst([...ofSeals, judged(found.completeness, ['印章齐全', 'all seals are there'])]);
  const all = [...ofSeals, ...found.notUnderstood.map(({ reason }) => notUnderstood(reason))];
  return all.length > 0 ? worst(all) : impossible('没有电子印章', 'there is no seal');
}

const STATUS_UNKNOWN = impossible(
  '未提供日志副本，不能查证照现状',
  'no log copy was given: whether it still stands is not known',
);

/** With several seals a reason says whose it is. */
function named(one: Judged, { seals }: OfdCheck, index: number): Judged {
  if (seals.length === 1) return one;
  const name = sealName(seals[index]!);
  return { ...one, reason: { zh: `${name}：${one.reason.zh}`, en: `${name}: ${one.reason.en}` } };
}

function notUnderstood(what: string): Judged {
  return impossible(`另有不是电子印章的签名（${what}）`, `a signature that is no seal (${what})`);
}

function unreadable({ where, zh, en }: OfdError): Report {
  const rest: Judged = impossible('文件不可读', 'the file cannot be read');
  const checks = CHECKS.map(
    (name): Check => ({
      name,
      ...(name === 'package' ? failed(`${where}：${zh}`, `${where}: ${en}`) : rest),
    }),
  );
  return { ok: false, checks, seals: [], metadata: [] };
}
