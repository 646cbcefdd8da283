import { openNodeKeys } from '@lianzheng/enrolment';
import {
  formatLogCheckpoint,
  type LogCheckpoint,
  type LogName,
  signerFromKey,
  signNote,
  type Verifier,
  verifierFromRaw,
} from '@lianzheng/note';

/** An owner that lies, or whose key was stolen: signs any checkpoint with the real key of the node's log. */
export type OwnerKey = {
  /** Of its newest key. */
  readonly verifier: Verifier;
  sign(checkpoint: Omit<LogCheckpoint, 'node' | 'log' | 'generation'>): Promise<Buffer>;
};

export async function openOwnerKey(
  { dir, node }: { dir: string; node: string },
  log: LogName,
  generation = 1,
): Promise<OwnerKey> {
  const keystore = await openNodeKeys(dir);
  const origin = `lianzheng/${node}/${log}/${generation}`;
  const keys = keystore.listKeys(`log:${log}`).filter(({ entry }) => entry.name === origin);
  const newest = keys[0]?.entry.publicKey;
  if (!newest) throw new Error(`${node} has no key of ${origin}`);
  return {
    verifier: verifierFromRaw(origin, newest),
    async sign(checkpoint) {
      const key = keys.find(({ entry }) => entry.fromSize <= checkpoint.size);
      if (!key) throw new Error(`${node} has no key of ${origin} for size ${checkpoint.size}`);
      const text = formatLogCheckpoint({ ...checkpoint, node, log, generation });
      return Buffer.from(await signNote(text, [signerFromKey(origin, key.secret)]));
    },
  };
}
