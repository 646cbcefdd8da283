import type { Database } from '@lianzheng/db';
import { parseIdentifier } from '@lianzheng/identifier';
import { statusAt } from '@lianzheng/licence';
import { readLeaf } from '@lianzheng/log';
import type {
  FindLicencesResponse,
  FoundLicence,
  IncompleteOwner,
} from '@lianzheng/proto/exchange/v1/exchange';
import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import type { Registry } from '@lianzheng/registry';
import type { ClientOf } from '@lianzheng/rpc';
import type { Clock } from '@lianzheng/runtime';
import { indexKey, licenceKey } from '../domain/keys.ts';
import type { Copies } from '../follow/copies.ts';
import type { Repairs } from '../follow/repair.ts';
import { listHolderEntries, listLogsMissingSides } from '../store/holder.ts';
import type { FreshnessOf } from './freshness.ts';
import type { LocalEntry, LocalLookup } from './local.ts';

export type FindOptions = {
  self: string;
  database: Database;
  registry: Registry;
  copies: Copies;
  local: LocalLookup;
  repairs: Repairs;
  freshness: FreshnessOf;
  signature: Pick<ClientOf<typeof SignatureServiceService>, 'computeHolderIndices'>;
  /** Brings the copy of the node's own status log up to now. */
  refreshOwn(): Promise<void>;
  clock: Clock;
};

export type HolderQuestion = {
  codeKind: string;
  code: string;
  typeCodes: readonly string[];
  maxStalenessMs: number;
};

/** Licences of a holder, by the copies; what may be missing from the answer is said owner by owner. */
export async function findLicences(
  options: FindOptions,
  question: HolderQuestion,
): Promise<FindLicencesResponse> {
  await refresh(options, question.maxStalenessMs);
  const { indices } = await options.signature.computeHolderIndices({
    queries: question.typeCodes.map((typeCode) => ({
      codeKind: question.codeKind,
      code: question.code,
      typeCode,
    })),
  });
  const keys = indices.flatMap(({ entries }) => entries.map(({ index }) => indexKey(index)));
  const rows = await options.database.read((reader) => listHolderEntries(reader, keys));
  const identifiers = new Set(rows.map((row) => StatusBody.decode(readLeaf(row.leaf).leaf.body).identifier));
  const found = await Promise.all([...identifiers].map((id) => describe(options, id, question.typeCodes)));
  const owners = options.registry.nodes().map(({ node }) => node);
  return {
    licences: found.filter((licence) => licence !== undefined),
    freshness: owners.map((node) => options.freshness.freshness(node, question.maxStalenessMs)),
    incomplete: await incompleteOwners(options, owners, question.maxStalenessMs),
  };
}

/** Owners whose copy is older than accepted are asked for what is new, through the province. */
async function refresh(
  { self, registry, copies, repairs, freshness, refreshOwn }: FindOptions,
  maxStalenessMs: number,
) {
  await Promise.all(
    registry.nodes().map(async ({ node }) => {
      if (node === self) return refreshOwn();
      const copy = copies.find(node, 'status');
      const fresh = maxStalenessMs > 0 && freshness.freshness(node, maxStalenessMs).fresh;
      if (copy && !fresh) await repairs.mend(copy, copy.state().size + 1);
    }),
  );
}

/** The newest version, if the holder still stands in it. */
async function describe(
  { local, registry, clock }: FindOptions,
  identifier: string,
  typeCodes: readonly string[],
): Promise<FoundLicence | undefined> {
  const parsed = parseIdentifier(identifier);
  if (!typeCodes.includes(parsed.typeCode)) return undefined;
  const key = licenceKey(parsed.id);
  const { entries } = await local.call({
    identifier: parsed,
    key,
    document: undefined,
    asOf: undefined,
    knownAt: undefined,
    maxStalenessMs: 0,
    withProof: false,
  });
  const newest = entries.at(-1);
  if (!newest || newest.body.identifier !== identifier) return undefined;
  return foundFrom(entries, newest, registry, clock);
}

function foundFrom(
  entries: LocalEntry[],
  newest: LocalEntry,
  registry: Registry,
  clock: Clock,
): FoundLicence {
  const { identifier, typeCode, issuerCode } = newest.body;
  const answer = statusAt(
    entries.map((entry) => entry.body),
    identifier,
    { now: clock.now() },
  );
  return {
    identifier,
    typeCode,
    typeName: registry.licenceType(typeCode)?.type.name ?? '',
    status: answer?.status ?? LicenceStatus.UNSPECIFIED,
    validFrom: answer?.validFrom ?? '',
    validTo: answer?.validTo ?? '',
    homeNode: registry.nodeFor(issuerCode) ?? newest.node,
  };
}

async function incompleteOwners(
  { self, database, copies, freshness }: FindOptions,
  owners: readonly string[],
  maxStalenessMs: number,
): Promise<IncompleteOwner[]> {
  const missing = new Set(
    (await database.read(listLogsMissingSides)).map((logId) => copies.byId(logId)?.node),
  );
  return owners.flatMap((node) => {
    const state = copies.find(node, 'status')?.state();
    const { fresh, staleReason } = freshness.freshness(node, Math.max(maxStalenessMs, 10_000));
    if (state?.stopped) return [{ node, reason: 'STOPPED' }];
    if (!state?.note) return [{ node, reason: 'UNKNOWN' }];
    if (missing.has(node)) return [{ node, reason: 'SIDE_DATA_MISSING' }];
    if (copies.notUnderstoodOf(node, 'status') > 0) return [{ node, reason: 'NOT_UNDERSTOOD' }];
    return fresh || node === self || !staleReason ? [] : [{ node, reason: 'STALE' }];
  });
}
