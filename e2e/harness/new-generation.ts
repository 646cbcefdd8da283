import type { Mesh } from './mesh.ts';
import { waitUntil } from './wait.ts';

/**
 * What operators do when a log cannot go on: a new key at its node, its name and the old generation's end in the province's
 * catalogue. Returns the new generation and the head (signed note) at which the old one ended.
 */
export async function startGeneration(
  mesh: Mesh,
  province: string,
  { node, log, generation = 1 }: { node: string; log: string; generation?: number },
): Promise<{ generation: number; lastCheckpoint: Buffer }> {
  const { signature } = mesh.clients(node, 'operator');
  const { key } = await signature.startGeneration({ log: { node, log, generation } }, { deadlineMs: 30_000 });
  if (!key) throw new Error(`no key for a new generation of ${node}/${log}`);
  const request = {
    node,
    log,
    reason: '日志无法恢复 the log cannot be recovered',
    publicKey: key.publicKey,
    keyName: key.name,
    endorsement: key.endorsement,
  };
  return waitUntil(() => mesh.clients(province, 'operator').exchange.startGeneration(request), {
    timeoutMs: 30_000,
    everyMs: 500,
    what: `a new generation of ${node}/${log} at the province`,
  });
}
