import { type Tx, together } from '@lianzheng/db';
import { versionOf } from '@lianzheng/licence';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { HolderSide } from '@lianzheng/proto/log/v1/log';
import { insertChanges } from '../store/changes.ts';
import { resolveFindings } from '../store/findings.ts';
import { advanceLicences, type LicenceRow } from '../store/licences.ts';
import { findHolders, insertVersions, versionKey } from '../store/versions.ts';

/** The document of a new version, and its holders. */
export interface VersionEffect {
  readonly jws: string;
  /** SHA-256 of it. */
  readonly jwsDigest: Buffer;
  readonly holders: readonly HolderSide[];
}

/** Who did it, in which case. */
export interface Act {
  readonly caseNumber: string;
  readonly officer: string;
}

/** One entry about a licence that has its id and is locked or new. */
export interface NewEntry {
  readonly licenceId: number;
  readonly body: StatusBody;
  /** With the first entry of a version. */
  readonly version: VersionEffect | undefined;
  readonly numberIndex: Buffer | undefined;
  /** The licence as it was; undefined = it is new. */
  readonly before: LicenceRow | undefined;
  readonly act: Act;
  readonly traceparent: string | undefined;
}

/** Sealed JWS of a version. */
export type SealJws = (identifier: string, jws: string) => Buffer;

/** Versions, entries and the licences' newest revisions, each kind of row in one statement. At most one entry a licence. */
export async function writeEntries(tx: Tx, entries: readonly NewEntry[], sealJws: SealJws): Promise<void> {
  const sides = await standingSides(tx, entries);
  const versions = insertVersions(
    tx,
    entries.flatMap(({ licenceId, body, version }) =>
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
    ),
  );
  const changes = insertChanges(
    tx,
    entries.map((entry) => ({ ...entry, holders: entry.version?.holders ?? sides(entry) })),
  );
  const standing = entries.filter(({ before }) => before);
  const advances = advanceLicences(
    tx,
    standing.map(({ licenceId, body, numberIndex }) => ({ licenceId, revision: body.revision, numberIndex })),
  );
  const enteredAgain = standing.filter(({ before, version }) => version && !before!.sealedJws);
  const findings = resolveFindings(
    tx,
    enteredAgain.map(({ licenceId }) => licenceId),
  );
  await together([versions, changes, advances, findings]);
}

/** Holders beside entries about versions that stand already. */
async function standingSides(
  tx: Tx,
  entries: readonly NewEntry[],
): Promise<(entry: NewEntry) => readonly HolderSide[]> {
  const keyOf = ({ licenceId, body }: NewEntry) => ({ licenceId, version: versionOf(body.identifier) });
  const found = await findHolders(tx, entries.filter(({ version }) => !version).map(keyOf));
  return (entry) => found.get(versionKey(keyOf(entry))) ?? [];
}
