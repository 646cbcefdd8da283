import { logLink } from './log-links.ts';
import type { Mesh } from './mesh.ts';
import { sequencesIn } from './topic-reader.ts';
import { waitUntil } from './wait.ts';

const statusTopic = (node: string) => `lianzheng.status.${node}`;

/** Entries in the status log of a node, by its own words. */
export async function ownSize(mesh: Mesh, owner: string): Promise<number> {
  const { status } = mesh.clients(owner, 'operator').ownLog;
  const { size } = await status.getHead({ log: { node: owner, log: 'status', generation: 0 } });
  return Number(size);
}

/** Waits until all these nodes hold so many verified entries of the owner's status log. */
export async function untilHeld(
  mesh: Mesh,
  at: readonly string[],
  owner: string,
  size: number,
  timeoutMs: number,
): Promise<void> {
  for (const node of at) {
    let held = 0;
    await waitUntil(
      async () => {
        held = Number((await logLink(mesh, node, owner, 'status')).verifiedSize);
        return held >= size;
      },
      { timeoutMs, everyMs: 100, what: () => `${node} holds ${size} entries of ${owner}, it has ${held}` },
    );
  }
}

/** Waits until every present entry from `from` on stands in the owner's own topic, in order where it first comes. */
export async function untilPublished(
  mesh: Mesh,
  owner: string,
  from: number,
  timeoutMs: number,
): Promise<void> {
  const size = await ownSize(mesh, owner);
  let missing: number[] = [];
  const all = Array.from({ length: size - from }, (_, n) => from + n);
  await waitUntil(
    async () => {
      const first = [...new Set(await sequencesIn(mesh.node(owner), statusTopic(owner)))];
      const published = first.filter((sequence) => sequence >= from && sequence < size);
      missing = all.filter((sequence) => !published.includes(sequence));
      return missing.length === 0 && published.every((sequence, n) => sequence === from + n);
    },
    {
      timeoutMs,
      everyMs: 500,
      what: () => `entries ${from} to ${size} in order in the topic of ${owner}; missing: ${missing}`,
    },
  );
}
