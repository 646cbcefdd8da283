import { EnrolmentError } from './errors.ts';
import { readJson, writeJson } from './files.ts';
import { layoutOf } from './layout.ts';

/** What enrolment knows of a node; the same file holds what `deploy/node` reads beside it. */
export type NodeIdentity = {
  /** Division code, GB/T 2260. */
  node: string;
  /** As people call it. */
  name: string;
  /** Says only how the node is shown and reached. */
  tier: 'province' | 'city';
  /** Division code of the province; unknown at a city until its bundle is installed. */
  province?: string;
  /** host:port at which other nodes reach its exchange. */
  exchangeAddress: string;
};

/** Fields that are not ours stay as they are. */
export async function updateNodeFile(dir: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const { nodeFile } = layoutOf(dir);
  const present = await readJson(nodeFile).catch((error: unknown) => {
    if (error instanceof EnrolmentError && error.code === 'absent') return {};
    throw error;
  });
  await writeJson(nodeFile, { ...(present as object), ...fields }, 'private');
}

/** Throws EnrolmentError 'absent' and 'malformed'. */
export async function readNodeIdentity(dir: string): Promise<NodeIdentity> {
  const { nodeFile } = layoutOf(dir);
  const file = (await readJson(nodeFile)) as Partial<NodeIdentity>;
  const { node, name, tier, province, exchangeAddress } = file;
  const known =
    /^\d{6}$/.test(node ?? '') && name && exchangeAddress && (tier === 'province' || tier === 'city');
  if (!known) throw new EnrolmentError('malformed', `${nodeFile} does not say who the node is`);
  return { node: node!, name, tier, province, exchangeAddress };
}
