import { formatIdentifier, parseIdentifier } from '@lianzheng/identifier';
import { canonicalLicence, readCanonicalLicence } from '@lianzheng/licence';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import { LicenceState, type Operation } from '@lianzheng/proto/log/v1/leaf';
import { chooseSerial } from './licence-number.ts';
import type { Plan } from './plan.ts';
import type { VersionBody } from './status-body.ts';

/** Everything a plan is made of; nothing of it depends on what the store knows. */
export interface Draft {
  readonly type: LicenceType;
  readonly issuerCode: string;
  /** Name of the department, ZZBFJG. */
  readonly issuerName: string;
  readonly data: LicenceData;
  readonly numberIndex: Buffer;
  readonly reasonCode: string;
  readonly randomBytes: (size: number) => Buffer;
  /** What an earlier attempt of the same request stored before it signed. */
  readonly intent: Buffer | undefined;
}

const SALT_BYTES = 16;

/** A new licence. An attempt that was cut off goes on with the identifier and salt that it drew. */
export function planLicence(
  draft: Draft,
  operation: Operation,
  replaced?: { readonly licenceId: number; readonly revision: number; readonly identifier: string },
  version = 1,
): Plan {
  const { type, data, issuerCode, intent, randomBytes } = draft;
  const replaces = replaced ? [replaced.identifier] : [];
  const drawn = intent && reusable(intent, (identifier) => identifier.version === version, replaces);
  const identifier =
    drawn?.identifier ??
    formatIdentifier({
      typeCode: type.code,
      issuerCode,
      serial: chooseSerial(type, data.licenceNumber, data.holders, randomBytes),
      version,
    });
  const body = bodyOf(draft, { identifier, operation, revision: 1, replaces });
  return { ...planned(draft, drawn?.payload, body), base: undefined, replaced };
}

/** The next version of a licence. */
export function planVersion(
  draft: Draft,
  operation: Operation,
  base: { readonly licenceId: number; readonly revision: number; readonly identifier: string },
  version: number,
): Plan {
  const parts = parseIdentifier(base.identifier);
  const identifier = formatIdentifier({ ...parts, version });
  const drawn = draft.intent && reusable(draft.intent, ({ id }) => id === identifier, []);
  const body = bodyOf(draft, { identifier, operation, revision: base.revision + 1, replaces: [] });
  const { licenceId, revision } = base;
  return { ...planned(draft, drawn?.payload, body), base: { licenceId, revision }, replaced: undefined };
}

type Beginning = Pick<VersionBody, 'identifier' | 'operation' | 'revision' | 'replaces'>;

function bodyOf({ type, issuerCode, data, reasonCode }: Draft, beginning: Beginning): VersionBody {
  return {
    ...beginning,
    typeCode: type.code,
    issuerCode,
    state: LicenceState.IN_FORCE,
    reasonCode,
    validFrom: data.validFrom,
    validTo: data.validTo,
  };
}

function planned(draft: Draft, drawnPayload: Buffer | undefined, body: VersionBody) {
  const payload =
    drawnPayload ??
    canonicalLicence({
      identifier: body.identifier,
      typeName: draft.type.name,
      issuerCode: draft.issuerCode,
      issuerName: draft.issuerName,
      data: draft.data,
      replaces: body.replaces,
      salt: draft.randomBytes(SALT_BYTES),
    });
  return { payload, body, forms: draft.type.forms, numberIndex: draft.numberIndex };
}

type Parsed = ReturnType<typeof parseIdentifier>;

/** Between the attempts another command may have moved the licence on: then what was drawn does not fit any more. */
function reusable(payload: Buffer, fits: (identifier: Parsed) => boolean, replaces: readonly string[]) {
  const licence = readCanonicalLicence(payload);
  const parsed = parseIdentifier(licence.identifier);
  const same = fits(parsed) && String(licence.replaces) === String(replaces);
  return same ? { identifier: parsed.id, payload } : undefined;
}
