import {
  RevocationKind,
  RevokeLicenceRequest,
  RevokeLicenceResponse,
  revocationKindToJSON,
} from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { WrongUse } from '../failure.ts';
import { option } from '../options.ts';
import { statusCommand } from '../status-command.ts';

/** Three things that are different in law; in the law's words or the protos'. */
const KINDS: Readonly<Record<string, RevocationKind>> = {
  撤销: RevocationKind.ANNUL,
  吊销: RevocationKind.REVOKE,
  撤回: RevocationKind.WITHDRAW,
  annul: RevocationKind.ANNUL,
  revoke: RevocationKind.REVOKE,
  withdraw: RevocationKind.WITHDRAW,
};

export const revoke = statusCommand({
  request: 'lianzheng.issuance.v1.RevokeLicenceRequest',
  requestCodec: RevokeLicenceRequest,
  responseCodec: RevokeLicenceResponse,
  operations: [Operation.ANNUL, Operation.REVOKE, Operation.WITHDRAW],
  options: {
    kind: option(
      '撤销|吊销|撤回',
      '撤销（违法准予）、吊销（处罚）、撤回（依据消失）',
      'annul (unlawful grant), revoke (penalty), withdraw (ground gone)',
    ),
  },
  fields: (flags) => ({ kind: kindOf(flags.text('kind')) }),
  examples: ['lz revoke ID --kind 吊销 --reason SERIOUS_BREACH --case E-2 --officer w.li'],
  call: (client, request, options) => client.revokeLicence(request, options),
});

function kindOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const kind = KINDS[text];
  if (kind !== undefined) return revocationKindToJSON(kind);
  const advice = text === '作废' || text === 'void' ? '作废请用 lz void / for 作废 use lz void' : undefined;
  throw new WrongUse(`--kind 应为 / must be one of ${Object.keys(KINDS).join(', ')}: ${text}`, advice);
}
