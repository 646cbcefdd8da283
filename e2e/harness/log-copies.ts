import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import type {
  Entry,
  GetEntriesRequest,
  GetEntriesResponse,
  GetHeadRequest,
  GetHeadResponse,
} from '@lianzheng/proto/log/v1/log';

type Reads = { getEntries(request: GetEntriesRequest): Promise<GetEntriesResponse> };
type Log = { node: string; log: string; generation?: number };

/** Every entry that a checkpoint covers, from the first on; throws where a sequence is missing. */
export async function readLog(reads: Reads, { node, log, generation = 0 }: Log): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const page = await reads.getEntries({
      log: { node, log, generation },
      from: BigInt(entries.length),
      limit: 0,
      waitMs: 0,
      afterTime: undefined,
    });
    if (page.entries.length === 0) return entries;
    for (const entry of page.entries) {
      if (Number(entry.sequence) !== entries.length)
        throw new Error(`${node}/${log}: ${entry.sequence} follows ${entries.length - 1}`);
      entries.push(entry);
    }
  }
}

/** The entries of each generation, from the first to the present one. */
export async function readEveryGeneration(
  reads: Reads & { getHead(request: GetHeadRequest): Promise<GetHeadResponse> },
  { node, log }: Log,
): Promise<Entry[][]> {
  const present = (await reads.getHead({ log: { node, log, generation: 0 } })).log?.generation || 1;
  const generations: Entry[][] = [];
  for (let generation = 1; generation <= present; generation += 1)
    generations.push(await readLog(reads, { node, log, generation }));
  return generations;
}

/** RFC 6962 root over the entries, in hex. */
export function rootOver(entries: readonly Entry[]): string {
  const hashes = entries.map(({ leaf }) => leafHash(leaf));
  return frontierRoot(appendLeafHashes(emptyFrontier(), hashes)).toString('hex');
}
