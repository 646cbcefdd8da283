import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import type { Entry, GetEntriesRequest, GetEntriesResponse } from '@lianzheng/proto/log/v1/log';

type Reads = { getEntries(request: GetEntriesRequest): Promise<GetEntriesResponse> };

/** Every entry that a checkpoint covers, from the first on; throws where a sequence is missing. */
export async function readLog(reads: Reads, log: { node: string; log: string }): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const page = await reads.getEntries({
      log: { ...log, generation: 0 },
      from: BigInt(entries.length),
      limit: 0,
      waitMs: 0,
      afterTime: undefined,
    });
    if (page.entries.length === 0) return entries;
    for (const entry of page.entries) {
      if (Number(entry.sequence) !== entries.length)
        throw new Error(`${log.node}/${log.log}: ${entry.sequence} follows ${entries.length - 1}`);
      entries.push(entry);
    }
  }
}

/** RFC 6962 root over the entries, in hex. */
export function rootOver(entries: readonly Entry[]): string {
  const hashes = entries.map(({ leaf }) => leafHash(leaf));
  return frontierRoot(appendLeafHashes(emptyFrontier(), hashes)).toString('hex');
}
