import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AccessBody } from '@lianzheng/proto/audit/v1/audit';
import { isMeshError } from '@lianzheng/rpc/errors';

/** One access to a licence. No personal data: identifiers, codes and numbers only. */
export type AccessInput = {
  /** When the call was served. */
  at: Date;
  /** SAN URI of the caller's certificate. */
  caller: string;
  /** Credit code of the department for which it was done. */
  departmentCode?: string;
  caseNumber?: string;
  matterCode?: string;
  /** Account of the officer. */
  officer?: string;
  /** `<service>.<RPC>`, e.g. `exchange.VerifyLicence`. */
  action: string;
  /** Licence identifiers, or other objects concerned. */
  subjects?: readonly string[];
  /** `OK`, or code and reason of the refusal, from `resultOf`. */
  result: string;
  /** W3C trace id, 32 hex digits. */
  traceId?: string;
};

/**
 * Most characters of a text and most subjects. What is longer is cut, with `…` as its last: only a refused call brings
 * such input, and an entry must not be lost because the input was absurd.
 */
export const accessLimits = { characters: 256, subjects: 1_000 };

/** The exact bytes that the leaf will commit to. Throws RangeError for a time that is none and for an entry without caller or action. */
export function encodeAccess(access: AccessInput): Uint8Array {
  if (Number.isNaN(access.at.getTime())) throw new RangeError('access entry without a valid time');
  if (access.caller === '' || access.action === '')
    throw new RangeError('access entry without caller or action');
  return encoded({
    at: access.at,
    caller: cut(access.caller),
    departmentCode: cut(access.departmentCode),
    caseNumber: cut(access.caseNumber),
    matterCode: cut(access.matterCode),
    officer: cut(access.officer),
    action: cut(access.action),
    subjects: cutSubjects(access.subjects),
    result: cut(access.result),
    traceId: cut(access.traceId),
  });
}

// A writer that stays has grown once and for all; a fresh one for each entry takes four times as long.
let writer = new BinaryWriter();

function encoded(body: AccessBody): Uint8Array {
  try {
    return AccessBody.encode(body, writer).finish();
  } catch (error) {
    // What it had written must not lead the next entry.
    writer = new BinaryWriter();
    throw error;
  }
}

/** What an access entry says of an error; of one that is no MeshError it says INTERNAL, as its caller is told. */
export function resultOf(error: unknown): string {
  if (!isMeshError(error)) return 'INTERNAL';
  return error.reason === error.code ? error.code : `${error.code} ${error.reason}`;
}

function cut(text = ''): string {
  const { characters } = accessLimits;
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}

function cutSubjects(subjects: readonly string[] = []): string[] {
  const most = accessLimits.subjects;
  if (subjects.length <= most) return subjects.map(cut);
  return [...subjects.slice(0, most - 1).map(cut), `… ${subjects.length - most + 1}`];
}
