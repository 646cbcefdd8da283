import { randomBytes } from 'node:crypto';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import type { Context } from '../context.ts';
import type { Draft } from '../domain/draft.ts';
import { serialOfNumber } from '../domain/licence-number.ts';
import type { ClaimItem } from '../rounds/claims.ts';
import type { Issuer } from './issuer.ts';

export function draftOf(
  { vault }: Pick<Context, 'vault'>,
  issuer: Issuer,
  type: LicenceType,
  data: LicenceData,
  reasonCode: string,
): Omit<Draft, 'intent'> {
  return {
    type,
    issuerCode: issuer.code,
    issuerName: issuer.name,
    data,
    numberIndex: vault().numberIndex(type.code, issuer.code, data.licenceNumber),
    reasonCode,
    randomBytes,
  };
}

/** Which licence could stand in the way of the draft's number. */
export function numberOf({
  type,
  issuerCode,
  numberIndex,
  data,
}: Omit<Draft, 'intent'>): ClaimItem['number'] {
  const serial = serialOfNumber(type, data.licenceNumber, data.holders);
  return { typeCode: type.code, issuerCode, numberIndex, serial };
}
