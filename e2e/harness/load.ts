import { randomUUID } from 'node:crypto';
import { LicenceState } from '@lianzheng/proto/log/v1/leaf';
import { pause } from '@lianzheng/runtime';
import { verify } from './desk.ts';
import { openInsistent } from './insistent.ts';
import { createKept, type Kept, type KeptLicence } from './kept.ts';
import type { Mesh } from './mesh.ts';
import { waitUntil } from './wait.ts';

export type LoadOptions = {
  /** Nodes that issue; default: all cities. */
  homes?: readonly string[];
  /** Commands a second in each home, and questions a second at each node. Default 5 and 5. */
  commandsPerSecond?: number;
  questionsPerSecond?: number;
  /** Of nodes whose clock is not this process's; may change while everything rests. */
  clockOffsetsMs?: Readonly<Record<string, number>>;
  typeName?: string;
};

/**
 * Departments at work: they issue, suspend and resume, send the same request again until it is acknowledged, and ask every
 * node about every licence. What was acknowledged is kept, what cannot be true is noted.
 */
export type Load = {
  readonly kept: Kept;
  /** Refused and failed calls so far, by `CODE REASON`. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Commands whose answer is outstanding. */
  pending(node: string): number;
  /** One more licence, kept like the others; only the caller touches it. */
  issue(node: string, requestId?: string): Promise<KeptLicence>;
  suspend(identifier: string): Promise<void>;
  resume(identifier: string): Promise<void>;
  /** Resolves when so many more commands were acknowledged at the node. */
  acknowledged(node: string, more: number, timeoutMs?: number): Promise<void>;
  /** Takes up work, again after settle(). */
  start(): void;
  /** No new commands and questions; resolves when every outstanding command is acknowledged. */
  settle(timeoutMs?: number): Promise<void>;
  /** Gives up what is outstanding. */
  stop(): Promise<void>;
};

const STALENESS_MS = 5_000;

export async function startLoad(mesh: Mesh, options: LoadOptions = {}): Promise<Load> {
  const { typeName = '食品经营许可证', commandsPerSecond = 5, questionsPerSecond = 5 } = options;
  const cities = Object.values(mesh.nodes).filter(({ tier }) => tier === 'city');
  const { homes = cities.map(({ node }) => node) } = options;
  const kept = createKept(options.clockOffsetsMs);
  const giveUp = new AbortController();
  const departments = await openInsistent(mesh, typeName, kept, giveUp.signal);
  const { refusals, pending, acknowledged } = departments;
  const ownOf = new Map(homes.map((node) => [node, [] as KeptLicence[]]));
  let working: AbortController | undefined;
  let workers: Promise<unknown>[] = [];

  /** One department of a node: only this worker touches its licences. */
  async function workAt(node: string, own: KeptLicence[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const old = own.length >= 3 && Math.random() < 0.6 ? pick(own) : undefined;
      if (old) await departments.suspendOrResume(old, opposite(old));
      else {
        const licence = await departments.issue(node);
        if (licence) own.push(licence);
      }
      await pause(1_000 / commandsPerSecond, signal);
    }
  }

  async function askAt(node: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const licence = pick([...kept.licences.values()]);
      if (licence) await ask(node, licence.identifier);
      await pause(1_000 / questionsPerSecond, signal);
    }
  }

  async function ask(node: string, identifier: string): Promise<void> {
    const caseNumber = `ASKED-${randomUUID()}`;
    const question = { node, caseNumber, askedAtMs: Date.now(), maxStalenessMs: STALENESS_MS };
    try {
      kept.judge(question, await verify(mesh, node, identifier, question));
    } catch (error) {
      departments.mayRetry(node, error);
    }
  }

  function start(): void {
    if (working) return;
    working = new AbortController();
    const { signal } = working;
    workers = [
      ...[...ownOf].map(([node, own]) => workAt(node, own, signal)),
      ...Object.keys(mesh.nodes).map((node) => askAt(node, signal)),
    ];
    // Awaited by settle(); until then a failure must not count as unhandled.
    for (const worker of workers) worker.catch(() => undefined);
  }

  async function settle(timeoutMs = 60_000): Promise<void> {
    working?.abort();
    working = undefined;
    let ended = false;
    const ending = Promise.all(workers).then(() => {
      ended = true;
    });
    const late = () =>
      `commands outstanding: ${JSON.stringify([...pending])}, ${JSON.stringify([...refusals])}`;
    await Promise.race([ending, waitUntil(() => ended, { timeoutMs, what: late })]);
    workers = [];
  }

  const find = (identifier: string) => kept.licences.get(identifier) ?? missing(identifier);
  start();
  return {
    kept,
    refusals,
    pending: (node) => pending.get(node) ?? 0,
    issue: async (node, requestId) =>
      (await departments.issue(node, requestId)) ??
      missing(`licence issued at ${node}; refusals so far: ${JSON.stringify([...refusals])}`),
    suspend: (identifier) => departments.suspendOrResume(find(identifier), LicenceState.SUSPENDED),
    resume: (identifier) => departments.suspendOrResume(find(identifier), LicenceState.IN_FORCE),
    async acknowledged(node, more, timeoutMs = 60_000) {
      const due = (acknowledged.get(node) ?? 0) + more;
      await waitUntil(() => (acknowledged.get(node) ?? 0) >= due, {
        timeoutMs,
        what: () => `${more} more commands at ${node}; refused so far: ${JSON.stringify([...refusals])}`,
      });
    },
    start,
    settle,
    async stop() {
      giveUp.abort();
      working?.abort();
      await Promise.allSettled(workers);
    },
  };
}

function opposite({ commands }: KeptLicence): LicenceState {
  return commands.at(-1)!.state === LicenceState.IN_FORCE ? LicenceState.SUSPENDED : LicenceState.IN_FORCE;
}

function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}

function missing(what: string): never {
  throw new Error(`missing: ${what}`);
}
