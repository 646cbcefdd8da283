import {
  holds,
  type RecoveryCase,
  type RecoveryOptions,
  type SignedHead,
  signedHead,
  type Target,
} from './recovery-case.ts';
import { adoptGeneration, listWaiting, unlist } from './recovery-store.ts';
import { recoverTail } from './recovery-tail.ts';
import type { LastSigned } from './signer.ts';
import { type HeadRow, readHead } from './store.ts';

/** `stuck` says why only an operator can go on, by a new generation. Else what was signed last, and when. */
export type Recovery = { stuck: string } | { stuck?: undefined; signedSize: number; signedAtMs: number };

/**
 * Compares database, the signature service's memory and what others hold of this log, and mends the database (logs.md
 * §2, Restart). Throws when it should be tried again (a service away, nobody reachable after a loss).
 */
export async function recover(options: RecoveryOptions): Promise<Recovery> {
  const { signer, logger } = options;
  const memory = await signer.lastSigned({ ...options.log, generation: 0 });
  const head = await headOfGeneration(options, memory.generation);
  if (!head)
    return {
      stuck: `the database is of generation ${options.head.generation}, the key of ${memory.generation}`,
    };
  const log = { ...options.log, generation: head.generation };
  const given: RecoveryCase = { ...options, head, log, verifiers: await signer.verifiers(log) };
  const others = await headsOfOthers(given);
  const verdict = compare(given, memory, others);
  if ('stuck' in verdict) return verdict;
  const { target, restore } = verdict;
  if (!(await holds(given, target))) {
    logger.warn({ log: log.log, have: head.size, want: target.size }, 'own log is behind: recovering');
    const reached = await recoverTail(given, target);
    if (reached < target.size)
      return {
        stuck: `entries up to ${target.size} were signed, only ${reached} could be recovered; ${others.answered} others answered`,
      };
  }
  if (memory.state === 'known' && !(await holds(given, memory)))
    return { stuck: `two histories were signed: another root was signed at size ${memory.size}` };
  await tellOtherHistories(given, others.heads);
  if (restore) await signer.restore(restore.note);
  await setContradictionsAside(given);
  const times = [head.noteTime, target.time, ...others.heads.map(({ time }) => time)];
  return { signedSize: target.size, signedAtMs: newestMs(times) };
}

/** The head, after a new generation was taken over; undefined when the keys know less than the database. */
async function headOfGeneration(
  { connection, head, log, logger }: RecoveryOptions,
  generation: number,
): Promise<HeadRow | undefined> {
  if (generation < head.generation) return undefined;
  if (generation === head.generation) return head;
  await connection.tx((tx) => adoptGeneration(tx, head, generation));
  logger.warn({ log: log.log, generation }, 'own log begins a new generation');
  return connection.read(readHead);
}

type OtherHeads = { answered: number; heads: SignedHead[] };

async function headsOfOthers(given: RecoveryCase): Promise<OtherHeads> {
  const found = await given.sources?.heads(given.log, given.signal);
  const heads = (found?.notes ?? []).flatMap((note) => signedHead(given, note) ?? []);
  return { answered: found?.answered ?? 0, heads };
}

/** `restore`: the signature service knows less than this checkpoint. */
type Verdict = { target: Target; restore?: SignedHead } | { stuck: string };

function compare(given: RecoveryCase, memory: LastSigned, { answered, heads }: OtherHeads): Verdict {
  const { head, log } = given;
  if (memory.state === 'known') {
    const largest = largestOf(heads);
    return largest && largest.size > memory.size
      ? { target: largest, restore: largest }
      : { target: { size: memory.size, root: memory.root, time: memory.time } };
  }
  if (answered === 0)
    throw new Error(`the memory of ${log.log} is lost and nobody can be asked for its head`);
  const own = head.note ? signedHead(given, head.note) : undefined;
  const largest = largestOf(own ? [...heads, own] : heads);
  return largest
    ? { target: largest, restore: largest }
    : { stuck: 'the memory is lost, and no signed checkpoint of this log was found' };
}

function largestOf(heads: readonly SignedHead[]): SignedHead | undefined {
  return heads.reduce<SignedHead | undefined>(
    (best, head) =>
      best && (best.size > head.size || (best.size === head.size && best.time >= head.time)) ? best : head,
    undefined,
  );
}

/** Others hold a history of ours that this is not: nothing here mends that, but it must not stay unsaid. */
async function tellOtherHistories(given: RecoveryCase, heads: readonly SignedHead[]): Promise<void> {
  for (const { size, root, note } of heads) {
    if (!(await holds(given, { size, root })))
      given.logger.error(
        { log: given.log.log, size, note: note.toString() },
        'others hold another history, signed by this node: a new generation is needed',
      );
  }
}

async function setContradictionsAside({ connection, hooks, logger }: RecoveryCase): Promise<void> {
  const { contradictions } = hooks ?? {};
  if (!contradictions) return;
  const listed = await connection.tx(async (tx) => {
    const ids = await contradictions(tx, await listWaiting(tx));
    await unlist(tx, ids);
    return ids.length;
  });
  if (listed > 0)
    logger.warn({ entries: listed }, 'waiting entries contradict the recovered log: listed, not sequenced');
}

function newestMs(times: readonly (Date | null | undefined)[]): number {
  return Math.max(0, ...times.map((time) => time?.getTime() ?? 0));
}
