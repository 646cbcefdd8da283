import type {
  ComputeHolderIndicesRequest,
  ComputeHolderIndicesResponse,
  HolderIndexEntry,
  HolderIndexQuery,
  SignLicencesRequest,
  SignLicencesResponse,
} from '@lianzheng/proto/signature/v1/signature';
import { createRounds } from '@lianzheng/rounds';
import { failedPrecondition, isMeshError, unavailable } from '@lianzheng/rpc/errors';
import { sharedSpan, type Tracing } from '@lianzheng/runtime/telemetry';
import { isolating } from './isolating.ts';

interface SigningOptions {
  readonly deadlineMs: number;
  readonly traceparent: string | undefined;
}

/** The calls of the signature service that licences need. */
export interface SigningCalls {
  signLicences(request: SignLicencesRequest, options: SigningOptions): Promise<SignLicencesResponse>;
  computeHolderIndices(
    request: ComputeHolderIndicesRequest,
    options: SigningOptions,
  ): Promise<ComputeHolderIndicesResponse>;
}

export interface Signable {
  readonly departmentCode: string;
  readonly payload: Buffer;
  /** Of the command. */
  readonly traceparent: string | undefined;
}

interface Indexable {
  readonly queries: readonly HolderIndexQuery[];
  readonly traceparent: string | undefined;
}

export interface Signing {
  /** Compact JWS of a payload; those of one department share a call. */
  sign(item: Signable): Promise<string>;
  /** The present index of each holder, in order; all that ask at once share a call. */
  index(item: Indexable): Promise<HolderIndexEntry[]>;
}

type Call<T> = (options: SigningOptions) => Promise<T>;

const deadlineMs = 10_000;
const MAX_PAYLOADS = 1_000;
/** Well below the largest message of 4 MiB. */
const MAX_CALL_BYTES = 3 * 1024 * 1024;
const MAX_QUERIES = 2_000;

export function createSigning(calls: SigningCalls, tracing: Tracing): Signing {
  const traced = <T>(name: string, items: readonly { traceparent: string | undefined }[], call: Call<T>) =>
    sharedSpan(
      tracing,
      name,
      items.map(({ traceparent }) => traceparent),
      ({ traceparent }) => call({ deadlineMs, traceparent }),
    );
  const signatures = createRounds<Signable, string>({
    maxItems: MAX_PAYLOADS,
    maxInFlight: 1,
    run: (items) =>
      byDepartment(
        items,
        isolating((group) => traced('sign licences', group, (options) => signGroup(calls, group, options))),
      ),
  });
  const indices = createRounds<Indexable, HolderIndexEntry[]>({
    maxItems: 256,
    maxInFlight: 1,
    run: isolating((items) => {
      const lists = items.map(({ queries }) => queries);
      return traced('index holders', items, (options) => indexLists(calls, lists, options));
    }),
  });
  return { sign: (item) => signatures.call(item), index: (item) => indices.call(item) };
}

/** Whatever one department's key cannot do is no concern of the others. */
async function byDepartment(
  items: Signable[],
  sign: (group: Signable[]) => Promise<(string | Error)[]>,
): Promise<(string | Error)[]> {
  const groups = Map.groupBy(items, ({ departmentCode }) => departmentCode);
  const signed = new Map<Signable, string | Error>();
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const outcomes = await sign(group).catch((error: unknown) => group.map(() => asError(error)));
      for (const [n, item] of group.entries()) signed.set(item, outcomes[n]!);
    }),
  );
  return items.map((item) => signed.get(item)!);
}

async function signGroup(
  calls: SigningCalls,
  group: readonly Signable[],
  options: SigningOptions,
): Promise<string[]> {
  const departmentCode = group[0]!.departmentCode;
  const jws: string[] = [];
  for (const part of parts(group, ({ payload }) => payload.length, MAX_PAYLOADS, MAX_CALL_BYTES)) {
    const payloads = part.map(({ payload }) => payload);
    const answer = await calls.signLicences({ departmentCode, payloads }, options).catch(told);
    jws.push(...answer.jws);
  }
  return jws;
}

async function indexLists(
  calls: SigningCalls,
  lists: readonly (readonly HolderIndexQuery[])[],
  options: SigningOptions,
): Promise<HolderIndexEntry[][]> {
  const queries = lists.flat();
  const present: HolderIndexEntry[] = [];
  for (const part of parts(queries, () => 1, MAX_QUERIES, MAX_QUERIES)) {
    const { indices } = await calls.computeHolderIndices({ queries: part }, options).catch(told);
    present.push(...indices.map(({ entries }) => entries[0]!));
  }
  let start = 0;
  return lists.map(({ length }) => {
    start += length;
    return present.slice(start - length, start);
  });
}

/** Consecutive parts of at most so many items and so much weight. */
function parts<T>(
  items: readonly T[],
  weigh: (item: T) => number,
  maxItems: number,
  maxWeight: number,
): T[][] {
  const found: T[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const item of items) {
    weight += weigh(item);
    if (weight > maxWeight || found.at(-1)!.length >= maxItems) {
      found.push([]);
      weight = weigh(item);
    }
    found.at(-1)!.push(item);
  }
  return found;
}

/** What our caller is told of an error between us and the signature service. */
function told(error: unknown): never {
  if (isMeshError(error, 'FAILED_PRECONDITION') || isMeshError(error, 'NOT_FOUND')) {
    throw failedPrecondition('SIGNING_KEY_MISSING', `没有签名密钥 / no key to sign with: ${error.reason}`);
  }
  const busy = isMeshError(error, 'RESOURCE_EXHAUSTED');
  if (!busy && !isMeshError(error, 'UNAVAILABLE') && !isMeshError(error, 'DEADLINE_EXCEEDED')) throw error;
  throw unavailable(
    'SIGNATURE_UNAVAILABLE',
    '签名服务暂不可用，请以同一请求号重试 / signature service away: try again with the same request id',
    { retryAfterMs: error.details.retryAfterMs ?? 1_000, cause: error },
  );
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
