import type { Database } from '@lianzheng/db';
import type { LicenceIdentifier } from '@lianzheng/identifier';
import { readLeaf } from '@lianzheng/log';
import { LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Registry } from '@lianzheng/registry';
import { createRounds, type Rounds } from '@lianzheng/rounds';
import { licenceOf } from '../domain/keys.ts';
import type { Question } from '../domain/question.ts';
import type { Copies } from '../follow/copies.ts';
import type { Former } from '../follow/former.ts';
import { type LicenceRow, listLicenceEntries, listNotUnderstood } from '../store/licence.ts';

/** One entry about a licence, with where it stands. */
export type LocalEntry = {
  body: StatusBody;
  node: string;
  generation: number;
  sequence: number;
  logId: number;
};

/** What the copies say of a licence: entries whose owner speaks for the issuer, in order of revision. */
export type LocalHistory = { entries: LocalEntry[]; notUnderstood: boolean };

export type LocalLookup = Rounds<Question, LocalHistory>;

export type LocalOptions = {
  database: Database;
  registry: Registry;
  copies: Copies;
  former: Pick<Former, 'counts'>;
};

type Opaque = Awaited<ReturnType<typeof listNotUnderstood>>[number];

/** Look-ups in the copies; calls in flight share one query. */
export function createLocalLookup({ database, registry, copies, former }: LocalOptions): LocalLookup {
  return createRounds<Question, LocalHistory>({
    maxItems: 500,
    maxInFlight: 1,
    async run(questions) {
      const rows = await database.read((reader) =>
        listLicenceEntries(reader, [...new Set(questions.map((q) => q.key))]),
      );
      const opaque = copies.notUnderstood() > 0 ? await findOpaque(questions) : [];
      const ofLicence = Map.groupBy(rows.flatMap(readEntry), ({ body }) => licenceOf(body.identifier));
      return questions.map(({ identifier }) => ({
        entries: counting(ofLicence.get(licenceOf(identifier.id)) ?? [], identifier.issuerCode),
        notUnderstood: opaque.some((entry) => concerns(entry, identifier)),
      }));
    },
  });

  function findOpaque(questions: Question[]): Promise<Opaque[]> {
    const licences = questions.map((question) => licenceOf(question.identifier.id));
    return database.read((reader) => listNotUnderstood(reader, licences));
  }

  /** Whether an entry is about this licence, in a log that speaks for its issuer. */
  function concerns({ logId, sequence, subject }: Opaque, { id, issuerCode }: LicenceIdentifier): boolean {
    if (subject !== '' && licenceOf(subject) !== licenceOf(id)) return false;
    const log = copies.byId(logId);
    return log?.log === 'status' && registry.speaksFor(log.node, issuerCode, sequence);
  }

  /** Those whose owner speaks for the issuer, up to the end of their generation, in order of revision. */
  function counting(entries: LocalEntry[], issuerCode: string): LocalEntry[] {
    const spoken = entries.filter(
      ({ node, generation, sequence }) =>
        registry.speaksFor(node, issuerCode, sequence) &&
        former.counts({ node, log: 'status', generation }, sequence),
    );
    return spoken.length < 2 ? spoken : spoken.sort((a, b) => a.body.revision - b.body.revision);
  }

  function readEntry({ logId, sequence, leaf }: LicenceRow): LocalEntry[] {
    const log = copies.byId(logId);
    const read = readLeaf(leaf);
    if (!log || !read.understood || read.leaf.kind !== LeafKind.STATUS) return [];
    const body = StatusBody.decode(read.leaf.body);
    return [{ body, node: log.node, generation: log.generation, sequence, logId }];
  }
}
