import type { Database } from '@lianzheng/db';
import { readLeaf } from '@lianzheng/log';
import { LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Registry } from '@lianzheng/registry';
import { createRounds, type Rounds } from '@lianzheng/rounds';
import { licenceOf } from '../domain/keys.ts';
import type { Question } from '../domain/question.ts';
import type { Copies } from '../follow/copies.ts';
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

export type LocalOptions = { database: Database; registry: Registry; copies: Copies };

/** Look-ups in the copies; calls in flight share one query. */
export function createLocalLookup({ database, registry, copies }: LocalOptions): LocalLookup {
  return createRounds<Question, LocalHistory>({
    maxItems: 500,
    async run(questions) {
      const rows = await database.read((reader) =>
        listLicenceEntries(reader, [...new Set(questions.map((q) => q.key))]),
      );
      const opaque = copies.notUnderstood() > 0 ? await findOpaque(questions) : new Set<string>();
      const ofLicence = Map.groupBy(rows.flatMap(readEntry), ({ body }) => licenceOf(body.identifier));
      return questions.map(({ identifier }) => ({
        entries: counting(ofLicence.get(licenceOf(identifier.id)) ?? [], identifier.issuerCode),
        notUnderstood: opaque.has(identifier.id) || opaque.has(''),
      }));
    },
  });

  async function findOpaque(questions: Question[]): Promise<Set<string>> {
    const subjects = questions.map((question) => question.identifier.id);
    const found = await database.read((reader) => listNotUnderstood(reader, subjects));
    return new Set(found.map(({ subject }) => subject));
  }

  /** Those whose owner speaks for the issuer, in order of revision. */
  function counting(entries: LocalEntry[], issuerCode: string): LocalEntry[] {
    const spoken = entries.filter(({ node, sequence }) => registry.speaksFor(node, issuerCode, sequence));
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
