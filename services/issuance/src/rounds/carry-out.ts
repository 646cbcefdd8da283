import { type AccessInput, recordAccess } from '@lianzheng/access';
import { type Tx, together } from '@lianzheng/db';
import type { Command } from '../command.ts';
import { insertLicences } from '../store/licences.ts';
import { type NewAnswer, storeAnswers } from '../store/requests.ts';
import { type NewEntry, type SealJws, writeEntries } from './entries.ts';
import { type Decided, type Effects, requestOf, type WriteItem, type WriteOutcome } from './writes.ts';

/** Writes what was decided and answers the requests; all in one transaction. */
export async function carryOut(
  tx: Tx,
  items: readonly WriteItem[],
  decided: readonly Decided[],
  now: Date,
  sealJws: SealJws,
): Promise<(WriteOutcome | Error)[]> {
  const entries = await entriesOf(tx, items, decided);
  const answers: NewAnswer[] = [];
  const accesses: AccessInput[] = [];
  const outcomes = decided.map((outcome, n): WriteOutcome | Error => {
    const item = items[n]!;
    if (outcome instanceof Error || outcome === 'moved') return outcome;
    if ('main' in outcome) {
      accesses.push(item.command.served([], now));
      return { answer: outcome };
    }
    const written = entries[n];
    if (!written) return 'moved';
    answers.push(answerOf(item, written, now));
    accesses.push(item.command.served(identifiersOf(written), now));
    return { written };
  });
  const written = entries.flatMap((ofItem) => ofItem ?? []);
  await together([writeEntries(tx, written, sealJws), storeAnswers(tx, answers), recordAccess(tx, accesses)]);
  return outcomes;
}

/**
 * The entries of each command, once what is new was inserted. Undefined where there is nothing to write, or where another
 * command has taken the identifier or number of the new licence meanwhile.
 */
async function entriesOf(
  tx: Tx,
  items: readonly WriteItem[],
  decided: readonly Decided[],
): Promise<(NewEntry[] | undefined)[]> {
  const effects = decided.map((outcome) =>
    typeof outcome === 'object' && 'changes' in outcome ? outcome : undefined,
  );
  const creating = effects.flatMap((one) => one?.created ?? []);
  const ids = await insertLicences(
    tx,
    creating.map(({ licence }) => licence),
  );
  const idOf = new Map(creating.map((created, n) => [created, ids[n]]));
  return effects.map((one, n) => one && entriesOfOne(one, items[n]!.command, idOf));
}

type Created = NonNullable<Effects['created']>;

function entriesOfOne(
  { changes, created }: Effects,
  { header, traceparent }: Command,
  idOf: ReadonlyMap<Created, number | undefined>,
): NewEntry[] | undefined {
  const common = { act: header, traceparent };
  const entries = changes.map(
    ({ licence, body, version, numberIndex }): NewEntry => ({
      ...common,
      licenceId: licence.licenceId,
      body,
      version,
      numberIndex,
      before: licence,
    }),
  );
  if (!created) return entries;
  const licenceId = idOf.get(created);
  if (licenceId === undefined) return undefined;
  const { body, version, licence } = created;
  return [
    ...entries,
    { ...common, licenceId, body, version, numberIndex: licence.numberIndex, before: undefined },
  ];
}

function identifiersOf(entries: readonly NewEntry[]): string[] {
  return entries.map(({ body }) => body.identifier);
}

/** The last entry is about what was asked for; one before it is about what that replaced. */
function answerOf(item: WriteItem, written: readonly NewEntry[], now: Date): NewAnswer {
  const at = ({ licenceId, body }: NewEntry) => ({ licenceId, revision: body.revision });
  const replaced = written.length > 1 ? written[0] : undefined;
  return {
    ...requestOf(item),
    digest: item.command.digest,
    createdAt: now,
    main: at(written.at(-1)!),
    replaced: replaced && at(replaced),
  };
}
