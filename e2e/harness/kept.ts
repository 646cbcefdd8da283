import { Outcome, type VerifyLicenceResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { LicenceState } from '@lianzheng/proto/log/v1/leaf';

/** A command that was acknowledged: the licence has this revision and state from then on. */
export type KeptCommand = {
  readonly revision: number;
  readonly state: LicenceState;
  readonly requestId: string;
  /** This process's clock when the answer had come. */
  readonly acknowledgedAtMs: number;
};

export type KeptLicence = {
  readonly node: string;
  readonly identifier: string;
  /** In order of revision, from 1 without a gap. */
  readonly commands: readonly KeptCommand[];
};

export type Question = { node: string; caseNumber: string; askedAtMs: number; maxStalenessMs: number };

/** Everything that was acknowledged and every answer that cannot be true. */
export type Kept = {
  readonly licences: ReadonlyMap<string, KeptLicence>;
  /** Case numbers of the questions that were answered, each used once, by the node that answered. */
  readonly answered: ReadonlyMap<string, ReadonlySet<string>>;
  /** Since the last time; they are forgotten. */
  takeFaults(): string[];
  add(node: string, identifier: string, command: KeptCommand): void;
  fault(text: string): void;
  /** Compares an answer with what was acknowledged, and with the answers before it. */
  judge(question: Question, answer: VerifyLicenceResponse): void;
};

/** `clockOffsetsMs`: nodes whose clock is not this process's. */
export function createKept(clockOffsetsMs: Readonly<Record<string, number>> = {}): Kept {
  const licences = new Map<string, KeptLicence & { commands: KeptCommand[] }>();
  let faults: string[] = [];
  const answered = new Map<string, Set<string>>();
  const newest = new Map<string, { knownUpToMs: number; revision: number }>();
  const fault = (text: string) => void faults.push(text);

  function judge(
    { node, caseNumber, askedAtMs, maxStalenessMs }: Question,
    answer: VerifyLicenceResponse,
  ): void {
    const { identifier, revision, outcome, freshness } = answer;
    answered.set(node, (answered.get(node) ?? new Set()).add(caseNumber));
    const licence = licences.get(identifier);
    if (!licence || !freshness) return fault(`${node} about ${identifier}: no freshness, or unheard of`);
    const says = `${node} says of ${licence.node}'s ${identifier} revision ${revision} (${Object.entries(Outcome).find(([, value]) => value === outcome)?.[0]}, ${freshness.staleReason || 'fresh'}, ${freshness.fromHome ? 'home' : 'copy'})`;

    const known = licence.commands.find((command) => command.revision === revision);
    if (known && known.state !== answer.state) fault(`${says} in state ${answer.state}, not ${known.state}`);

    const knownUpToMs = (freshness.knownUpTo?.getTime() ?? 0) - (clockOffsetsMs[node] ?? 0);
    const promisedMs = promised(freshness.staleReason) ? knownUpToMs : 0;
    const freshMs = freshness.fresh ? askedAtMs - maxStalenessMs : 0;
    const due = revisionAt(licence, Math.max(promisedMs, freshMs));
    if (revision < due) fault(`${says}; by then ${due} was acknowledged`);

    const place = `${node} ${identifier}`;
    const before = newest.get(place);
    // Who says that he does not know claims no revision.
    if (outcome !== Outcome.FOUND && outcome !== Outcome.NOT_FOUND) return;
    if (before && knownUpToMs >= before.knownUpToMs && revision < before.revision)
      fault(`${says} after ${before.revision}`);
    if (!before || knownUpToMs >= before.knownUpToMs) newest.set(place, { knownUpToMs, revision });
  }

  return {
    licences,
    answered,
    fault,
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    judge,
    add(node, identifier, command) {
      const licence = licences.get(identifier) ?? { node, identifier, commands: [] };
      licences.set(identifier, licence);
      if (command.revision !== licence.commands.length + 1)
        fault(
          `${identifier}: revision ${command.revision} acknowledged after ${licence.commands.length} commands`,
        );
      licence.commands.push(command);
    },
  };
}

/** The newest revision acknowledged before that time; 0 = the licence need not be known. */
function revisionAt({ commands }: KeptLicence, ms: number): number {
  return commands.filter(({ acknowledgedAtMs }) => acknowledgedAtMs < ms).at(-1)?.revision ?? 0;
}

/** An old answer still promises everything up to its time; one whose clock or log is in doubt promises nothing. */
function promised(staleReason: string): boolean {
  return ['', 'AGE', 'HOME_UNREACHABLE'].includes(staleReason);
}
