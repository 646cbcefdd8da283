import { formatIdentifier } from '@lianzheng/identifier';
import { readCanonicalLicence, versionOf } from '@lianzheng/licence';
import type { Context } from '../context.ts';
import type { KnownStock } from '../domain/import-plan.ts';
import { serialOfNumber } from '../domain/licence-number.ts';
import { jwsPlace, payloadOf } from '../licence-message.ts';
import { type Identity, keyOf } from '../store/identity.ts';
import { findLicences, findLicencesByNumber, type LicenceRow } from '../store/licences.ts';
import { findVersions, versionKey } from '../store/versions.ts';
import type { GoodRow } from './segment.ts';

/** The licences that have the rows' numbers, or the serials that these would be, with the versions that the rows name. */
export async function findKnownStock(
  { database, vault }: Pick<Context, 'database' | 'vault'>,
  rows: readonly GoodRow[],
): Promise<(row: GoodRow) => KnownStock | undefined> {
  const numbers = rows.map(({ draft }) => ({ ...draft, typeCode: draft.type.code }));
  const serials = rows.flatMap((row) => serialIdentity(row) ?? []);
  const { byNumber, bySerial, documents } = await database.read(async (reader) => {
    const numbered = await findLicencesByNumber(reader, numbers);
    const known = new Set(numbered.map(keyOf));
    const others = await findLicences(
      reader,
      serials.filter((identity) => !known.has(keyOf(identity))),
    );
    const found = await findVersions(
      reader,
      numbered.map(({ licenceId }) => licenceId),
    );
    return {
      byNumber: new Map(numbered.map((licence) => [licence.numberIndex!.toString('base64'), licence])),
      bySerial: new Map(others.map((licence) => [keyOf(licence), licence])),
      documents: new Map(found.map((document) => [versionKey(document), document.sealedJws])),
    };
  });
  const dataOf = (identifier: string, sealed: Buffer) =>
    readCanonicalLicence(payloadOf(vault().open(jwsPlace(identifier), sealed).toString('latin1'))).data;

  return (row) => {
    const identity = serialIdentity(row);
    const licence: LicenceRow | undefined =
      byNumber.get(row.draft.numberIndex.toString('base64')) ?? (identity && bySerial.get(keyOf(identity)));
    if (!licence) return undefined;
    const newest = versionOf(licence.newest.identifier);
    const { version } = row.licence;
    const identifier = formatIdentifier({ ...licence, version });
    const sealed = documents.get(versionKey({ licenceId: licence.licenceId, version }));
    const exists = sealed !== undefined || version === newest;
    return {
      licence,
      newest,
      same: exists ? { identifier, data: sealed && dataOf(identifier, sealed) } : undefined,
    };
  };
}

function serialIdentity({ draft, licence }: GoodRow): Identity | undefined {
  const { type, issuerCode } = draft;
  const serial = serialOfNumber(type, licence.data.licenceNumber, licence.data.holders);
  return serial === undefined ? undefined : { typeCode: type.code, issuerCode, serial };
}
