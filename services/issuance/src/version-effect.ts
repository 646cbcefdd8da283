import { createHash, randomBytes } from 'node:crypto';
import { readCanonicalLicence } from '@lianzheng/licence';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import type { HolderIndexEntry, HolderIndexQuery } from '@lianzheng/proto/signature/v1/signature';
import type { Plan } from './domain/plan.ts';
import { formDigests, type Times, versionBody } from './domain/status-body.ts';
import type { VersionEffect } from './rounds/entries.ts';

const SALT_BYTES = 16;

/** What the signature service is asked about a planned version's holders. */
export function holderQueries({ payload, body }: Plan): HolderIndexQuery[] {
  const { data } = readCanonicalLicence(payload);
  return data.holders.map(({ codeKind, code }) => ({ codeKind, code, typeCode: body.typeCode }));
}

/** The signed document of a version with its holders' side data; salts are drawn here. */
export function versionEffect(jws: string, indices: readonly HolderIndexEntry[]): VersionEffect {
  const salts = randomBytes(SALT_BYTES * indices.length);
  const holders = indices.map(
    ({ keyId, index }, number): HolderSide => ({
      number,
      index,
      keyId,
      salt: salts.subarray(number * SALT_BYTES, (number + 1) * SALT_BYTES),
    }),
  );
  return { jws, jwsDigest: sha256(Buffer.from(jws, 'latin1')), holders };
}

/** The entry about a version that has just been signed. */
export function signedBody(plan: Plan, version: VersionEffect, times: Times): StatusBody {
  const commitments = version.holders.map(({ salt, index }) => sha256(salt, index));
  return versionBody(plan.body, formDigests(plan.forms, version.jwsDigest), commitments, times);
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
