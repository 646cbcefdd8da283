import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the token of operators lies that opens the gateway's links and metrics; only the node's owner may read it. */
export const operatorTokenFile = (dir: string) => join(dir, 'operator-token');

/**
 * Makes the token where there is none; one that is there stays, so an operator may put another in its place. Written whole or
 * not at all.
 */
export async function ensureOperatorToken(dir: string): Promise<string> {
  const file = operatorTokenFile(dir);
  if (existsSync(file)) return file;
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  return file;
}
