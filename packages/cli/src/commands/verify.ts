import { createHash, getHashes } from 'node:crypto';
import {
  DocumentMatch,
  ExchangeServiceService,
  LicenceStatus,
  Outcome,
  VerifyLicenceRequest,
  VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import { answerLines } from '../answer-lines.ts';
import type { Command } from '../command.ts';
import { WrongUse } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { readBytes } from '../input.ts';
import { type Io, print, printJson, tell } from '../io.ts';
import { departmentKeyBook, type KeyBook, keysOption } from '../log/key-book.ts';
import { proofFault } from '../log/proof.ts';
import { connectionOptions, fileOption, flag, jsonOption, option } from '../options.ts';
import { identifierParts, readRequest } from '../request.ts';
import { withSession } from '../session.ts';
import { instant } from '../times.ts';

const MAX_DOCUMENT_BYTES = 256 << 20;

export const verify: Command = {
  positionals: [
    {
      name: 'ID',
      words: ['证照标识 ZZBS；可写在 --file 里', 'identifier; may stand in --file'],
      optional: true,
    },
  ],
  options: {
    'as-of': option('TIME', '当时的状态', 'as it was at this time'),
    'known-at': option('TIME', '当时所知的状态', 'as it was known at this time'),
    'max-staleness': option(
      'MS',
      '可接受的时延，毫秒，默认 10000；0 必问所属节点',
      'accepted staleness; 0 always asks the home node',
    ),
    proof: flag('取存在证明，并在本机验证', 'ask for an inclusion proof and verify it here'),
    document: option('FILE', '手中的电子证照文件，比对其摘要', 'a document in hand, compared by its digest'),
    algorithm: option('NAME', '摘要算法 SHA-256（默认）或 SM3', 'digest, SHA-256 by default'),
    case: option('NUMBER', '办件编号', 'case number'),
    matter: option('CODE', '事项编码', 'matter'),
    officer: option('NAME', '经办人账号', "officer's account"),
    ...keysOption,
    ...fileOption,
    ...jsonOption,
    ...connectionOptions,
  },
  notes: [
    [
      '只有查到、状态有效、足够新鲜，且（如有）文件一致、证明成立，退出码才是 0。',
      'Exit code 0 only when found, VALID and fresh enough, and, where asked for, document and proof hold.',
    ],
  ],
  examples: [
    'lz verify ID --node 440300 --case F-1 --matter 440120001001 --officer w.li',
    'lz verify ID --proof --document licence.jws',
    "lz verify ID --as-of '2026-03-01 08:00' --json",
  ],
  async run(invocation) {
    const { flags, io } = invocation;
    const document = flags.text('document');
    const request = await readRequest(
      invocation,
      'lianzheng.exchange.v1.VerifyLicenceRequest',
      VerifyLicenceRequest,
      {
        flags: {
          identifier: flags.argument('ID') || undefined,
          document: document === undefined ? undefined : await digestOf(io, document, flags),
          asOf: time(flags, 'as-of'),
          knownAt: time(flags, 'known-at'),
          maxStalenessMs: flags.whole('max-staleness'),
          withProof: flags.on('proof') || undefined,
          caseNumber: flags.text('case'),
          matterCode: flags.text('matter'),
          officer: flags.text('officer'),
        },
      },
    );
    identifierParts(request.identifier);
    return withSession(invocation, { role: 'using' }, async (session) => {
      const exchange = session.client('exchange', ExchangeServiceService);
      const answer = await exchange.verifyLicence(request, session.call);
      const keys = request.withProof ? await departmentKeyBook(flags, io, session) : undefined;
      const faults = faultsOf(request, answer, keys);
      if (flags.on('json')) printJson(io, VerifyLicenceResponse.toJSON(answer));
      else for (const line of answerLines(answer, keys && !proofFault(answer, keys))) print(io, line);
      for (const fault of faults) tell(io, fault);
      return faults.length === 0 ? 0 : 1;
    });
  },
};

function time(flags: Flags, name: string): string | undefined {
  const text = flags.text(name);
  return text === undefined ? undefined : instant(name, text);
}

/** Why the answer is not good; Chinese / English. */
function faultsOf(
  request: VerifyLicenceRequest,
  answer: VerifyLicenceResponse,
  keys: KeyBook | undefined,
): string[] {
  const { outcome, status, freshness, documentMatch } = answer;
  const found = outcome === Outcome.FOUND;
  const proof = keys && found ? proofFault(answer, keys) : undefined;
  return [
    ...(found && status === LicenceStatus.VALID ? [] : ['× 证照无效 / not a valid licence']),
    ...(freshness?.fresh ? [] : ['× 答复不够新鲜 / the answer is not fresh enough']),
    ...(found && request.document && documentMatch !== DocumentMatch.MATCHES
      ? ['× 文件与证照不符 / the document is not of this version']
      : []),
    ...(proof ? [`× 存在证明不成立 / the proof does not hold: ${proof}`] : []),
  ];
}

const HASHES: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', SM3: 'sm3' };

/** A compact JWS ends where its text ends; a newline after it is the editor's. */
async function digestOf(io: Io, file: string, flags: Flags) {
  const algorithm = flags.text('algorithm') ?? 'SHA-256';
  const hash = HASHES[algorithm];
  if (hash === undefined || !getHashes().includes(hash))
    throw new WrongUse(`--algorithm 应为 / must be SHA-256 or SM3: ${algorithm}`);
  const bytes = await readBytes(io, file, MAX_DOCUMENT_BYTES);
  const jws = /^([\w-]+\.[\w-]+\.[\w-]+)\s*$/.exec(
    bytes.length < 1 << 20 ? bytes.toString('latin1') : '',
  )?.[1];
  const value = createHash(hash)
    .update(jws ?? bytes)
    .digest('base64');
  return { what: jws ? 'jws' : '', algorithm, value };
}
