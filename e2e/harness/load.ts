import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Licence } from '@lianzheng/proto/issuance/v1/issuance';
import { LicenceState } from '@lianzheng/proto/log/v1/leaf';
import { isMeshError, type MeshCode } from '@lianzheng/rpc/errors';
import { header, verify } from './desk.ts';
import { createKept, type Kept, type KeptLicence } from './kept.ts';
import { sampleLicence } from './licence.ts';
import type { Mesh } from './mesh.ts';
import { waitUntil } from './wait.ts';

export type LoadOptions = {
  /** Nodes that issue; default: all cities. */
  homes?: readonly string[];
  /** Commands a second in each home, and questions a second at each node. Default 5 and 5. */
  commandsPerSecond?: number;
  questionsPerSecond?: number;
  /** Of nodes whose clock is not this process's. */
  clockOffsetsMs?: Readonly<Record<string, number>>;
  typeName?: string;
};

/**
 * Departments at work: they issue, suspend and resume, send the same request again until it is acknowledged, and ask every
 * node about every licence. What was acknowledged is kept, what cannot be true is noted.
 */
export type Load = {
  readonly kept: Kept;
  /** Refused and failed commands so far, by `CODE REASON`. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Commands whose answer is outstanding, by node. */
  pending(node: string): number;
  /** Issues one more licence, kept like the others. */
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

const RETRYABLE: readonly MeshCode[] = [
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'CANCELLED',
];
const DEADLINE_MS = 5_000;
const STALENESS_MS = 5_000;

export async function startLoad(mesh: Mesh, options: LoadOptions = {}): Promise<Load> {
  const { typeName = '食品经营许可证', commandsPerSecond = 5, questionsPerSecond = 5 } = options;
  const homes =
    options.homes ?? Object.values(mesh.nodes).flatMap((it) => (it.tier === 'city' ? it.node : []));
  const { nodes: catalogue } = await readCatalogue();
  const type = catalogue.flatMap(({ licenceTypes }) => licenceTypes).find(({ name }) => name === typeName);
  if (!type) throw new Error(`no licence type ${typeName} in the catalogue`);
  const departments = catalogue.flatMap((each) => each.departments);
  const kept = createKept(options.clockOffsetsMs);
  const refusals = new Map<string, number>();
  const pending = new Map<string, number>();
  const acknowledgedAt = new Map<string, number>();
  const giveUp = new AbortController();
  let working: AbortController | undefined;
  let workers: Promise<unknown>[] = [];

  /** The same request until it is acknowledged. Undefined = given up, or refused for good, which is a fault. */
  async function insist(
    node: string,
    call: () => Promise<Licence | undefined>,
  ): Promise<Licence | undefined> {
    count(pending, node, 1);
    try {
      while (!giveUp.signal.aborted) {
        try {
          const licence = await call();
          if (licence) count(acknowledgedAt, node, 1);
          return licence;
        } catch (error) {
          if (!isMeshError(error)) throw error;
          count(refusals, `${error.code} ${error.reason}`, 1);
          if (!RETRYABLE.includes(error.code)) {
            kept.fault(`${node} refuses with ${error.code} ${error.reason}: ${error.message}`);
            return undefined;
          }
          await pause(200, giveUp.signal);
        }
      }
      return undefined;
    } finally {
      count(pending, node, -1);
    }
  }

  async function issue(node: string, requestId: string = randomUUID()): Promise<KeptLicence | undefined> {
    const request = {
      header: header(requestId),
      data: sampleLicence(type as LicenceType, mesh.issuerOf(node, departments), randomUUID(), new Date()),
    };
    const { issuance } = mesh.clients(node, 'issuing');
    const send = async () => (await issuance.issueLicence(request, { deadlineMs: DEADLINE_MS })).licence;
    const licence = await insist(node, send);
    if (!licence) return undefined;
    keep(node, licence, requestId, LicenceState.IN_FORCE);
    return kept.licences.get(licence.identifier);
  }

  async function suspendOrResume({ node, identifier }: KeptLicence, to: LicenceState): Promise<void> {
    const { issuance } = mesh.clients(node, 'issuing');
    const suspending = to === LicenceState.SUSPENDED;
    const reasonCode = suspending ? 'INVESTIGATION' : 'GROUNDLESS';
    const request = { header: header(), identifier, reasonCode };
    const call = suspending ? issuance.suspendLicence : issuance.resumeLicence;
    const send = async () => (await call(request, { deadlineMs: DEADLINE_MS })).licence;
    const licence = await insist(node, send);
    if (licence) keep(node, licence, request.header.requestId, to);
  }

  function keep(
    node: string,
    { identifier, revision, state }: Licence,
    requestId: string,
    due: LicenceState,
  ) {
    if (state !== due) kept.fault(`${node} acknowledged ${identifier} in state ${state}, not ${due}`);
    kept.add(node, identifier, { revision, state: due, requestId, acknowledgedAtMs: Date.now() });
  }

  /** One department of a node: only this worker touches its licences. */
  async function workAt(node: string, own: KeptLicence[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const old = own.length >= 3 && Math.random() < 0.6 ? pick(own) : undefined;
      if (old) await suspendOrResume(old, opposite(old));
      else {
        const licence = await issue(node);
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
      if (!isMeshError(error)) throw error;
      count(refusals, `${error.code} ${error.reason}`, 1);
      if (!RETRYABLE.includes(error.code)) kept.fault(`${node} answers ${error.code}: ${error.message}`);
    }
  }

  const ownOf = new Map(homes.map((node) => [node, [] as KeptLicence[]]));
  const find = (identifier: string) => kept.licences.get(identifier) ?? missing(identifier);
  const load: Load = {
    kept,
    refusals,
    pending: (node) => pending.get(node) ?? 0,
    issue: async (node, requestId) => (await issue(node, requestId)) ?? missing(`licence issued at ${node}`),
    suspend: (identifier) => suspendOrResume(find(identifier), LicenceState.SUSPENDED),
    resume: (identifier) => suspendOrResume(find(identifier), LicenceState.IN_FORCE),
    async acknowledged(node, more, timeoutMs = 60_000) {
      const due = (acknowledgedAt.get(node) ?? 0) + more;
      await waitUntil(() => (acknowledgedAt.get(node) ?? 0) >= due, {
        timeoutMs,
        what: () => `${more} more commands at ${node}; refused so far: ${JSON.stringify([...refusals])}`,
      });
    },
    start() {
      if (working) return;
      working = new AbortController();
      const { signal } = working;
      workers = [
        ...[...ownOf].map(([node, own]) => workAt(node, own, signal)),
        ...Object.keys(mesh.nodes).map((node) => askAt(node, signal)),
      ];
      // Awaited by settle(); until then a failure must not count as unhandled.
      for (const worker of workers) worker.catch(() => undefined);
    },
    async settle(timeoutMs = 60_000) {
      working?.abort();
      working = undefined;
      const late = () =>
        `commands outstanding: ${JSON.stringify([...pending])}, ${JSON.stringify([...refusals])}`;
      const ended = Promise.all(workers);
      const given = new AbortController();
      const tooLate = delay(timeoutMs, 'late', { signal: given.signal }).catch(() => 'ended');
      try {
        if ((await Promise.race([ended, tooLate])) === 'late') throw new Error(late());
      } finally {
        given.abort();
      }
      workers = [];
    },
    async stop() {
      giveUp.abort();
      working?.abort();
      await Promise.allSettled(workers);
    },
  };
  load.start();
  return load;
}

function opposite({ commands }: KeptLicence): LicenceState {
  return commands.at(-1)!.state === LicenceState.IN_FORCE ? LicenceState.SUSPENDED : LicenceState.IN_FORCE;
}

function pick<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function missing(what: string): never {
  throw new Error(`missing: ${what}`);
}
