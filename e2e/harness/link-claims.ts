import { setTimeout as delay } from 'node:timers/promises';
import { Leaf, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { isMeshError } from '@lianzheng/rpc/errors';
import type { Load } from './load.ts';
import { readLog } from './log-copies.ts';
import type { Mesh } from './mesh.ts';

/** What a node said at one moment of another one's status log. */
export type LinkClaim = {
  at: string;
  owner: string;
  saidAtMs: number;
  size: number;
  knownUpToMs: number;
  fresh: boolean;
  ageMs: number;
};

/** Listens to what all nodes say of all others until stopped. */
export type LinkWatch = {
  readonly claims: readonly LinkClaim[];
  stop(): Promise<void>;
  /** Claims that were not true: something acknowledged before the time up to which all was said to be known was not there. */
  falseClaims(load: Load): Promise<string[]>;
};

const EVERY_MS = 300;

export function watchLinks(mesh: Mesh): LinkWatch {
  const claims: LinkClaim[] = [];
  const over = new AbortController();
  const watching = Promise.all(
    Object.keys(mesh.nodes).map(async (at) => {
      while (!over.signal.aborted) {
        claims.push(...(await claimsOf(mesh, at)));
        await delay(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    }),
  );
  // Awaited by stop(); until then a failure must not count as unhandled.
  watching.catch(() => undefined);
  return {
    claims,
    async stop() {
      over.abort();
      await watching;
    },
    async falseClaims({ kept }) {
      const acknowledgedAtMs = new Map<string, number>(
        [...kept.licences.values()].flatMap(({ identifier, commands }) =>
          commands.map((command) => [`${identifier} ${command.revision}`, command.acknowledgedAtMs] as const),
        ),
      );
      const wrong: string[] = [];
      for (const [owner, said] of Map.groupBy(claims, (claim) => claim.owner)) {
        const entries = await readLog(mesh.clients(owner, 'operator').ownLog.status, {
          node: owner,
          log: 'status',
        });
        const times = entries.map(
          ({ leaf }) => acknowledgedAtMs.get(commandOf(leaf)) ?? Number.POSITIVE_INFINITY,
        );
        // Acknowledgements need not come in the order of the log: what counts is the earliest of all that is lacking.
        const earliest = [...times];
        for (let n = earliest.length - 2; n >= 0; n -= 1)
          earliest[n] = Math.min(earliest[n]!, earliest[n + 1]!);
        for (const { at, size, knownUpToMs } of said) {
          const lackingMs = earliest[size];
          if (lackingMs !== undefined && lackingMs < knownUpToMs)
            wrong.push(
              `${at} knew ${size} entries of ${owner} and lacked one ${knownUpToMs - lackingMs} ms older than it said`,
            );
        }
      }
      return wrong;
    },
  };
}

async function claimsOf(mesh: Mesh, at: string): Promise<LinkClaim[]> {
  try {
    const { links, at: saidAt } = await mesh.clients(at, 'operator').exchange.listLinks({});
    return links.flatMap(({ node: owner, logs }) => {
      const log = logs.find((each) => each.log === 'status');
      if (!log?.knownUpTo) return [];
      const knownUpToMs = log.knownUpTo.getTime();
      const saidAtMs = saidAt!.getTime();
      const ageMs = (log.secondsBehind ?? 0) * 1_000;
      return { at, owner, saidAtMs, size: Number(log.verifiedSize), knownUpToMs, fresh: log.fresh, ageMs };
    });
  } catch (error) {
    if (!isMeshError(error)) throw error;
    return []; // A node that does not answer claims nothing.
  }
}

function commandOf(bytes: Buffer): string {
  const leaf = Leaf.decode(bytes);
  if (leaf.kind !== LeafKind.STATUS) return '';
  const { identifier, revision } = StatusBody.decode(leaf.body);
  return `${identifier} ${revision}`;
}
