import type { GetHeadResponse } from '@lianzheng/proto/log/v1/log';
import type { Clients } from './clients.ts';
import { waitUntil } from './wait.ts';

export type LogRoot = { owner: string; log: string; generation: number; size: number; root: string };
export type NodeRoots = { node: string; logs: LogRoot[] };

/** Logs whose entries every node copies. */
const COPIED = ['status', 'catalog'] as const;

type Asked = { node: string; operator: Pick<Clients, 'log' | 'ownLog'> };

/**
 * Waits until every node's copy of every log has its owner's size and root, and returns what each node holds. The logs must be
 * at rest. Throws an error that names the copies which differ.
 */
export async function rootsAgree(nodes: readonly Asked[], timeoutMs = 60_000): Promise<NodeRoots[]> {
  let differing: string[] = [];
  return waitUntil(
    async () => {
      const owners = await Promise.all(nodes.flatMap((owner) => COPIED.map((log) => ownRoot(owner, log))));
      const held = await Promise.all(
        nodes.map(async ({ node, operator }) => {
          const logs = await Promise.all(owners.map(({ owner, log }) => copiedRoot(operator, owner, log)));
          return { node, logs };
        }),
      );
      differing = held.flatMap(({ node, logs }) =>
        logs
          .filter((copy, index) => show(copy) !== show(owners[index]!))
          .map((copy) => `${node}: ${show(copy)}`),
      );
      return differing.length === 0 && held;
    },
    { timeoutMs, everyMs: 100, what: () => `all roots agree; differing: ${differing.join('; ')}` },
  );
}

async function ownRoot({ node, operator }: Asked, log: (typeof COPIED)[number]): Promise<LogRoot> {
  return rootOf(node, log, await operator.ownLog[log].getHead({ log: { node, log, generation: 0 } }));
}

async function copiedRoot({ log: reads }: Asked['operator'], owner: string, log: string): Promise<LogRoot> {
  return rootOf(owner, log, await reads.getHead({ log: { node: owner, log, generation: 0 } }));
}

function rootOf(owner: string, log: string, { log: name, size, root }: GetHeadResponse): LogRoot {
  return { owner, log, generation: name?.generation ?? 0, size: Number(size), root: root.toString('hex') };
}

function show({ owner, log, generation, size, root }: LogRoot): string {
  return `${owner}/${log}/${generation} ${size} ${root.slice(0, 16)}`;
}
