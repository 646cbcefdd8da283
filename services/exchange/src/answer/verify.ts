import type { Database } from '@lianzheng/db';
import { inclusionProof } from '@lianzheng/merkle';
import {
  type InclusionProof,
  Outcome,
  type VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Registry } from '@lianzheng/registry';
import { type Clock, pause } from '@lianzheng/runtime';
import { answerFrom, answerWithout } from '../domain/answer.ts';
import type { Question } from '../domain/question.ts';
import type { Copies } from '../follow/copies.ts';
import { copyTiles, findCovering, readEntries, sizeKnownAt } from '../store/copy.ts';
import { type FreshnessOf, fromHome } from './freshness.ts';
import type { Home } from './home.ts';
import type { LocalEntry, LocalLookup } from './local.ts';

export type VerifyOptions = {
  self: string;
  province: string;
  database: Database;
  registry: Registry;
  copies: Copies;
  local: LocalLookup;
  home: Home;
  freshness: FreshnessOf;
  clock: Clock;
};

/** `traceparent`: of the call that asks. */
export type Verify = (question: Question, traceparent?: string) => Promise<VerifyLicenceResponse>;

/** A checkpoint comes at least every few seconds; so long a question about a moment just past may wait for one. */
const NEXT_CHECKPOINT_MS = 3_000;

export function createVerify(options: VerifyOptions): Verify {
  const { self, registry, local, home, freshness, clock } = options;

  return async (question, traceparent) => {
    const homeNode = registry.nodeFor(question.identifier.issuerCode);
    const answer =
      homeNode === undefined
        ? unassigned(question)
        : question.knownAt
          ? await asKnownAt(question, homeNode, question.knownAt)
          : homeNode === self
            ? await own(question, traceparent)
            : await replicated(question, homeNode, traceparent);
    return question.withProof ? { ...answer, proof: await proofFor(options, question) } : answer;
  };

  /** No node speaks for the issuer: as far as the province's catalogue is known here; nothing known of it is no answer. */
  function unassigned(question: Question): VerifyLicenceResponse {
    const known = freshness.freshness(options.province, question.maxStalenessMs);
    const outcome = known.knownUpTo ? Outcome.NOT_FOUND : Outcome.UNKNOWN;
    return answerWithout(outcome, question, { ...contextOf(question, ''), freshness: known });
  }

  async function own(question: Question, traceparent?: string): Promise<VerifyLicenceResponse> {
    const { bodies, readAt } = await home.ask(self, question.identifier.id, traceparent);
    const context = { ...contextOf(question, self), now: clock.now(), freshness: fromHome(self, readAt) };
    return answerFrom(bodies, question, context);
  }

  async function replicated(
    question: Question,
    homeNode: string,
    traceparent?: string,
  ): Promise<VerifyLicenceResponse> {
    // Before the entries: what is applied meanwhile may be missing in them, and the freshness must not claim it.
    const context = contextOf(question, homeNode);
    const { freshness: known } = context;
    const { entries, notUnderstood } = await local.call(question);
    const beyond = question.asOf !== undefined && (!known.knownUpTo || question.asOf > known.knownUpTo);
    const stopped = known.staleReason === 'STOPPED';
    if (known.fresh && question.maxStalenessMs > 0 && !beyond && !notUnderstood) {
      return answerFrom(bodiesOf(entries), question, context);
    }
    const asked = await askHome(question, homeNode, traceparent);
    if (asked) return asked;
    const unreachable = {
      ...context,
      freshness: { ...known, fresh: false, staleReason: known.staleReason || 'HOME_UNREACHABLE' },
    };
    if (notUnderstood) return answerWithout(Outcome.NOT_UNDERSTOOD, question, unreachable);
    if (stopped) return answerWithout(Outcome.LOG_STOPPED, question, unreachable);
    const isUnheard = known.staleReason === 'FORMER_GENERATION' && entries.length === 0;
    if (beyond || isUnheard || !known.knownUpTo) return answerWithout(Outcome.UNKNOWN, question, unreachable);
    return answerFrom(bodiesOf(entries), question, unreachable);
  }

  async function askHome(
    question: Question,
    homeNode: string,
    traceparent?: string,
  ): Promise<VerifyLicenceResponse | undefined> {
    try {
      const { bodies, readAt } = await home.ask(homeNode, question.identifier.id, traceparent);
      return answerFrom(bodies, question, {
        ...contextOf(question, homeNode),
        freshness: fromHome(homeNode, readAt),
      });
    } catch {
      // The caller learns it from the freshness: HOME_UNREACHABLE, or why the copy is stale.
      return undefined;
    }
  }

  /** By the home log's largest checkpoint with time ≤ T, so that every node gives the same answer (logs.md §7). */
  async function asKnownAt(question: Question, homeNode: string, at: Date): Promise<VerifyLicenceResponse> {
    const reached = await waitForCheckpointAfter(options, homeNode, at);
    const { entries, notUnderstood } = await local.call(question);
    const context = contextOf(question, homeNode);
    if (notUnderstood) return answerWithout(Outcome.NOT_UNDERSTOOD, question, context);
    if (context.freshness.staleReason === 'STOPPED')
      return answerWithout(Outcome.LOG_STOPPED, question, context);
    const isIncomplete = context.freshness.staleReason === 'FORMER_GENERATION';
    if (!reached || isIncomplete) return answerWithout(Outcome.UNKNOWN, question, context);
    return answerFrom(bodiesOf(await knownAt(options, entries, at)), question, context);
  }

  function contextOf(question: Question, homeNode: string) {
    return {
      now: clock.now(),
      homeNode,
      freshness: freshness.freshness(homeNode, question.maxStalenessMs),
      typeName: registry.licenceType(question.identifier.typeCode)?.type.name ?? '',
    };
  }
}

/** Entries that a checkpoint of that time covers, each in its own log and generation. */
async function knownAt(
  { database }: VerifyOptions,
  entries: readonly LocalEntry[],
  at: Date,
): Promise<LocalEntry[]> {
  const sizes = new Map<number, number>();
  for (const logId of new Set(entries.map((entry) => entry.logId)))
    sizes.set(logId, await database.read((reader) => sizeKnownAt(reader, logId, at)));
  return entries.filter(({ logId, sequence }) => sequence < sizes.get(logId)!);
}

const bodiesOf = (entries: LocalEntry[]) => entries.map((entry) => entry.body);

async function waitForCheckpointAfter(
  { copies, clock }: VerifyOptions,
  node: string,
  at: Date,
): Promise<boolean> {
  const until = clock.nowMs() + NEXT_CHECKPOINT_MS;
  for (;;) {
    const time = copies.find(node, 'status')?.state().noteTime;
    if (time && time > at) return true;
    if (clock.nowMs() >= until) return false;
    await pause(50, new AbortController().signal);
  }
}

/** Proof of the entry that gave the licence its state, if this node holds it. */
async function proofFor(options: VerifyOptions, question: Question): Promise<InclusionProof | undefined> {
  const { database, copies, local } = options;
  const { entries } = await local.call(question);
  const newest = entries.at(-1);
  const log = newest && copies.byId(newest.logId);
  if (!newest || !log) return undefined;
  const cover = await database.read((reader) => findCovering(reader, newest.logId, newest.sequence));
  if (!cover) return undefined;
  const [entry] = await database.read((reader) =>
    readEntries(reader, newest.logId, newest.sequence, newest.sequence + 1),
  );
  const tiles = copyTiles((fn) => database.read(fn), newest.logId);
  return {
    log,
    sequence: BigInt(newest.sequence),
    leaf: entry!.leaf,
    hashes: await inclusionProof(newest.sequence, cover.size, tiles),
    checkpoint: cover.note,
    size: BigInt(cover.size),
  };
}
