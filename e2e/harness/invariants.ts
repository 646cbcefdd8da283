import assert from 'node:assert/strict';
import { openDatabase } from '@lianzheng/db';
import { leafHash, verifyInclusion } from '@lianzheng/merkle';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { Leaf, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { verify } from './desk.ts';
import type { KeptLicence } from './kept.ts';
import type { Load } from './load.ts';
import { readLog, rootOver } from './log-copies.ts';
import type { Mesh } from './mesh.ts';
import type { LogRoot } from './roots.ts';
import { waitUntil } from './wait.ts';

export type InvariantOptions = {
  /** Licences that something other than the load issued. */
  strangers?: readonly string[];
  /** Nodes whose answers can never be fresh, such as one with a wrong clock; also that of questions about them. */
  neverFresh?: readonly string[];
  timeoutMs?: number;
};

/**
 * What must hold after every fault (issue 3 §4). Settles the load, waits until the logs agree, and compares logs, answers and
 * tables with what was acknowledged. The load is taken up again with load.start().
 */
export async function checkInvariants(mesh: Mesh, load: Load, options: InvariantOptions = {}): Promise<void> {
  const { timeoutMs = 60_000, strangers = [], neverFresh = [] } = options;
  const nodes = Object.keys(mesh.nodes);
  await load.settle(timeoutMs);
  if (neverFresh.length === 0) await mesh.linksFresh(timeoutMs);
  const roots = await mesh.rootsAgree(timeoutMs);
  assert.deepEqual(load.kept.faults, [], 'answers and acknowledgements agree');

  for (const { node, logs } of roots) for (const root of logs) await copyHasRoot(mesh, node, root);
  const byHome = Map.groupBy(load.kept.licences.values(), ({ node }) => node);
  for (const node of nodes) await logSaysWhatWasAcknowledged(mesh, node, byHome.get(node) ?? [], strangers);
  await Promise.all(nodes.map((node) => nothingIsHalfDone(mesh, node)));
  await Promise.all(
    nodes.map((node) => answersAreRight(mesh, node, [...load.kept.licences.values()], neverFresh)),
  );
}

async function copyHasRoot(mesh: Mesh, node: string, { owner, log, size, root }: LogRoot): Promise<void> {
  const { log: copy } = mesh.clients(node, 'operator');
  const entries = (await readLog(copy, { node: owner, log })).slice(0, size);
  assert.equal(entries.length, size, `${node} holds all of ${owner}/${log}`);
  assert.equal(rootOver(entries), root, `${node}'s entries of ${owner}/${log} have the owner's root`);
}

/** Each acknowledged command stands there once; nothing stands there that nobody asked for; revisions go up one by one. */
async function logSaysWhatWasAcknowledged(
  mesh: Mesh,
  node: string,
  licences: readonly KeptLicence[],
  strangers: readonly string[],
): Promise<void> {
  const entries = await readLog(mesh.clients(node, 'operator').ownLog.status, { node, log: 'status' });
  const bodies = entries
    .map(({ leaf }) => Leaf.decode(leaf))
    .filter(({ kind }) => kind === LeafKind.STATUS)
    .map(({ body }) => StatusBody.decode(body));
  const logged = Map.groupBy(bodies, ({ identifier }) => identifier);
  for (const { identifier, commands } of licences) {
    const said = (logged.get(identifier) ?? []).map(({ revision, state }) => ({ revision, state }));
    const acknowledged = commands.map(({ revision, state }) => ({ revision, state }));
    assert.deepEqual(said, acknowledged, `${identifier} in the log of ${node} as it was acknowledged`);
    logged.delete(identifier);
  }
  const unasked = [...logged.keys()].filter((identifier) => !strangers.includes(identifier));
  assert.deepEqual(unasked, [], `licences in the log of ${node} that nobody was told of`);
}

/** No entry waits, no request is open, and the state that issuance keeps is that of its log. */
async function nothingIsHalfDone(mesh: Mesh, node: string): Promise<void> {
  const url = mesh.node(node).databaseUrl;
  const database = openDatabase({ url, applicationName: 'invariants', max: 1 });
  try {
    const counts = await database.read((reader) =>
      reader.row<Record<'waiting' | 'intents' | 'unlogged' | 'wrong', number>>(
        `SELECT (SELECT count(*) FROM issuance.log_waiting) AS waiting,
                (SELECT count(*) FROM issuance.request WHERE licence_id IS NULL) AS intents,
                (SELECT count(*) FROM issuance.status_change c
                  WHERE c.entry_id IS NOT NULL
                    AND NOT EXISTS (SELECT FROM issuance.log_entry e WHERE e.entry_id = c.entry_id)) AS unlogged,
                (SELECT count(*) FROM issuance.licence l
                  WHERE l.revision <> (SELECT max(revision) FROM issuance.status_change c WHERE c.licence_id = l.licence_id)) AS wrong`,
      ),
    );
    assert.deepEqual({ ...counts }, { waiting: 0, intents: 0, unlogged: 0, wrong: 0 }, `tables of ${node}`);
  } finally {
    await database.close();
  }
}

async function answersAreRight(
  mesh: Mesh,
  node: string,
  licences: readonly KeptLicence[],
  neverFresh: readonly string[],
): Promise<void> {
  for (const { identifier, node: home, commands } of sample(licences)) {
    const due = commands.at(-1)!;
    // Later questions about the same log need not wait.
    const answer = await waitUntil(
      async () => {
        const told = await verify(mesh, node, identifier, { withProof: true });
        return told.revision === due.revision && told.proof !== undefined && told;
      },
      { timeoutMs: 10_000, what: `revision ${due.revision} of ${identifier}, with proof, at ${node}` },
    );
    assert.equal(answer.outcome, Outcome.FOUND);
    assert.equal(answer.state, due.state);
    assert.equal(answer.homeNode, home);
    const mayBeFresh = ![node, home].some((each) => neverFresh.includes(each)) || node === home;
    assert.equal(
      answer.freshness?.fresh,
      mayBeFresh,
      `${node} about ${home}: ${answer.freshness?.staleReason}`,
    );
    const { leaf, sequence, hashes, size, checkpoint } = answer.proof!;
    const { root } = parseLogCheckpoint(parseNote(checkpoint).text);
    const claim = {
      index: Number(sequence),
      size: Number(size),
      leafHash: leafHash(leaf),
      proof: hashes,
      root,
    };
    assert.ok(verifyInclusion(claim), `proof of ${identifier} at ${node}`);
    assert.equal(StatusBody.decode(Leaf.decode(leaf).body).revision, due.revision);
  }
}

const SAMPLE = 40;

/** The newest ones and some of all the others. */
function sample(licences: readonly KeptLicence[]): readonly KeptLicence[] {
  const step = Math.max(1, Math.floor((2 * licences.length) / SAMPLE));
  return licences.filter((_, n) => n >= licences.length - SAMPLE / 2 || n % step === 0);
}
