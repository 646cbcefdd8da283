import { type AccessInput, recordAccess } from '@lianzheng/access';
import type { Tx } from '@lianzheng/db';
import { versionOf } from '@lianzheng/licence';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { type Change, insertChanges } from '../store/changes.ts';
import { resolveFindings } from '../store/findings.ts';
import { type Advance, advanceLicences, insertLicences, type LicenceRow } from '../store/licences.ts';
import { type NewAnswer, storeAnswers } from '../store/requests.ts';
import { findHolders, insertVersions, type NewVersion, versionKey } from '../store/versions.ts';
import {
  type Decided,
  type Effects,
  requestOf,
  type VersionEffect,
  type WriteItem,
  type WriteOptions,
  type WriteOutcome,
} from './writes.ts';

/** One entry to be: the licence has its id. */
interface Entry {
  readonly licenceId: number;
  readonly body: StatusBody;
  readonly version: VersionEffect | undefined;
  readonly numberIndex: Buffer | undefined;
  readonly before: LicenceRow | undefined;
}

/** Writes what was decided, each kind of row in one statement, and answers the requests; all in one transaction. */
export async function carryOut(
  tx: Tx,
  items: readonly WriteItem[],
  decided: readonly Decided[],
  now: Date,
  options: WriteOptions,
): Promise<(WriteOutcome | Error)[]> {
  const entriesOf = await createLicences(tx, decided);
  const entries = decided.flatMap((outcome) => entriesOf(outcome) ?? []);
  await writeEntries(tx, entries, items, decided, entriesOf, options);
  const answers: NewAnswer[] = [];
  const accesses: AccessInput[] = [];
  const outcomes = decided.map((outcome, n): WriteOutcome | Error => {
    const item = items[n]!;
    if (outcome instanceof Error || outcome === 'moved') return outcome;
    if ('main' in outcome) {
      accesses.push(item.command.served([], now));
      return { answer: outcome };
    }
    const written = entriesOf(outcome);
    if (!written) return 'moved';
    answers.push(answerOf(item, written, now));
    accesses.push(
      item.command.served(
        written.map(({ body }) => body.identifier),
        now,
      ),
    );
    return { written };
  });
  await storeAnswers(tx, answers);
  await recordAccess(tx, accesses);
  return outcomes;
}

type EntriesOf = (outcome: Decided) => Entry[] | undefined;

function effectsOf(outcome: Decided): Effects | undefined {
  return typeof outcome === 'object' && 'changes' in outcome ? outcome : undefined;
}

/** Inserts what is new. Undefined are the entries of a command whose identifier or number another one took meanwhile. */
async function createLicences(tx: Tx, decided: readonly Decided[]): Promise<EntriesOf> {
  const creating = decided.flatMap((outcome) => effectsOf(outcome)?.created ?? []);
  const ids = await insertLicences(
    tx,
    creating.map(({ licence }) => licence),
  );
  const idOf = new Map(creating.map((created, n) => [created, ids[n]]));
  const entries = new Map<Decided, Entry[]>();
  for (const outcome of decided) {
    const effects = effectsOf(outcome);
    if (!effects) continue;
    const { changes, created } = effects;
    const createdId = created && idOf.get(created);
    if (created && createdId === undefined) continue;
    entries.set(outcome, [
      ...changes.map(({ licence, body, version, numberIndex }) => ({
        licenceId: licence.licenceId,
        body,
        version,
        numberIndex,
        before: licence,
      })),
      ...(created && createdId !== undefined
        ? [
            {
              licenceId: createdId,
              body: created.body,
              version: created.version,
              numberIndex: created.licence.numberIndex,
              before: undefined,
            },
          ]
        : []),
    ]);
  }
  return (outcome) => entries.get(outcome);
}

async function writeEntries(
  tx: Tx,
  entries: readonly Entry[],
  items: readonly WriteItem[],
  decided: readonly Decided[],
  entriesOf: EntriesOf,
  { sealJws }: WriteOptions,
): Promise<void> {
  const traces = new Map(
    decided.flatMap((outcome, n) =>
      (entriesOf(outcome) ?? []).map((entry) => [entry, items[n]!.command.traceparent] as const),
    ),
  );
  const sides = await standingSides(tx, entries);
  const versions = entries.flatMap(({ licenceId, body, version }): NewVersion[] =>
    version
      ? [
          {
            licenceId,
            version: versionOf(body.identifier),
            sealedJws: sealJws(body.identifier, version.jws),
            jwsDigest: version.jwsDigest,
            holders: version.holders,
          },
        ]
      : [],
  );
  const changes = entries.map(
    (entry): Change => ({
      licenceId: entry.licenceId,
      body: entry.body,
      holders: entry.version?.holders ?? sides(entry),
      traceparent: traces.get(entry),
    }),
  );
  const advances = entries.flatMap(({ licenceId, body, numberIndex, before }): Advance[] =>
    before ? [{ licenceId, revision: body.revision, numberIndex }] : [],
  );
  await insertVersions(tx, versions);
  await insertChanges(tx, changes);
  await advanceLicences(tx, advances);
  const entered = entries.filter(({ before, version }) => version && before && !before.sealedJws);
  await resolveFindings(
    tx,
    entered.map(({ licenceId }) => licenceId),
  );
}

/** Holders beside entries about versions that stand already. */
async function standingSides(
  tx: Tx,
  entries: readonly Entry[],
): Promise<(entry: Entry) => readonly HolderSide[]> {
  const keyOf = ({ licenceId, body }: Entry) => ({ licenceId, version: versionOf(body.identifier) });
  const found = await findHolders(tx, entries.filter(({ version }) => !version).map(keyOf));
  return (entry) => found.get(versionKey(keyOf(entry))) ?? [];
}

/** The last entry is about what was asked for; one before it is about what that replaced. */
function answerOf(item: WriteItem, written: readonly Entry[], now: Date): NewAnswer {
  const at = ({ licenceId, body }: Entry) => ({ licenceId, revision: body.revision });
  const replaced = written.length > 1 ? written[0] : undefined;
  return {
    ...requestOf(item),
    digest: item.command.digest,
    createdAt: now,
    main: at(written.at(-1)!),
    replaced: replaced && at(replaced),
  };
}
