import assert from 'node:assert/strict';
import { leafHash, verifyInclusion } from '@lianzheng/merkle';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { Outcome } from '@lianzheng/proto/exchange/v1/exchange';
import { Leaf, LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { verify } from './desk.ts';
import type { KeptLicence } from './kept.ts';
import type { Load } from './load.ts';
import { readEveryGeneration, readLog, rootOver } from './log-copies.ts';
import type { Mesh } from './mesh.ts';
import type { MeshNode } from './mesh-node.ts';
import type { LogRoot } from './roots.ts';
import { querySuperuser } from './superuser.ts';
import { waitUntil } from './wait.ts';

export type InvariantOptions = {
  /** Licences that something other than the load issued. */
  strangers?: readonly string[];
  /** Nodes whose clock is off: between them and the others only the home node itself gives fresh answers. */
  clockOff?: readonly string[];
  /** Nodes whose database was restored from a backup: access entries stay at home, so those after it are gone. */
  restored?: readonly string[];
  timeoutMs?: number;
};

/**
 * What must hold after every fault (issue 3 §4). Settles the load, waits until the logs agree, and compares logs, answers and
 * tables with what was acknowledged. The load is taken up again with load.start().
 */
export async function checkInvariants(mesh: Mesh, load: Load, options: InvariantOptions = {}): Promise<void> {
  const { timeoutMs = 60_000, strangers = [], clockOff = [], restored = [] } = options;
  const nodes = Object.keys(mesh.nodes);
  await load.settle(timeoutMs);
  if (clockOff.length === 0) await mesh.linksFresh(timeoutMs);
  const roots = await mesh.rootsAgree(timeoutMs);
  assert.deepEqual(load.kept.takeFaults(), [], 'answers and acknowledgements agree');

  for (const { node, logs } of roots) for (const root of logs) await copyHasRoot(mesh, node, root);
  const byHome = Map.groupBy(load.kept.licences.values(), ({ node }) => node);
  for (const node of nodes) await logSaysWhatWasAcknowledged(mesh, node, byHome.get(node) ?? [], strangers);
  await Promise.all(nodes.map((node) => nothingIsHalfDone(mesh, node)));
  await Promise.all(nodes.map((node) => accessesStand(mesh.node(node), load, restored, timeoutMs)));
  await Promise.all(
    nodes.map((node) => answersAreRight(mesh, node, [...load.kept.licences.values()], clockOff)),
  );
}

async function copyHasRoot(mesh: Mesh, node: string, { owner, log, size, root }: LogRoot): Promise<void> {
  const { log: copy } = mesh.clients(node, 'operator');
  const former = await readEveryGeneration(copy, { node: owner, log });
  const entries = (former.pop() ?? []).slice(0, size);
  assert.equal(entries.length, size, `${node} holds all of ${owner}/${log}`);
  assert.equal(rootOver(entries), root, `${node}'s entries of ${owner}/${log} have the owner's root`);
  for (const [index, held] of former.entries()) {
    const reads = mesh.clients(owner, 'operator').ownLog[log as 'status' | 'catalog'];
    const own = await readLog(reads, { node: owner, log, generation: index + 1 });
    assert.equal(held.length, own.length, `${node} holds all of generation ${index + 1} of ${owner}/${log}`);
    assert.equal(rootOver(held), rootOver(own), `generation ${index + 1} of ${owner}/${log} at ${node}`);
  }
}

/** Each acknowledged command stands there once; nothing stands there that nobody asked for; revisions go up one by one. */
async function logSaysWhatWasAcknowledged(
  mesh: Mesh,
  node: string,
  licences: readonly KeptLicence[],
  strangers: readonly string[],
): Promise<void> {
  const { status } = mesh.clients(node, 'operator').ownLog;
  const bodies = (await readEveryGeneration(status, { node, log: 'status' }))
    .flat()
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
  const [counts] = await querySuperuser(
    mesh.node(node).databaseUrl,
    `SELECT (SELECT count(*) FROM issuance.log_waiting)::int AS waiting,
            (SELECT count(*) FROM issuance.request WHERE licence_id IS NULL)::int AS intents,
            (SELECT count(*) FROM issuance.status_change c
              WHERE c.entry_id IS NOT NULL
                AND NOT EXISTS (SELECT FROM issuance.log_entry e WHERE e.entry_id = c.entry_id))::int AS unlogged,
            (SELECT count(*) FROM issuance.licence l
              WHERE l.revision <> (SELECT max(revision) FROM issuance.status_change c
                                    WHERE c.licence_id = l.licence_id))::int AS wrong`,
  );
  assert.deepEqual(counts, { waiting: 0, intents: 0, unlogged: 0, wrong: 0 }, `tables of ${node}`);
}

const FORWARDING = ['catalog', 'issuance', 'exchange'];

/** Every question that was answered has its one access entry: none is lost, none doubled, whenever audit was away. */
async function accessesStand(
  { node, databaseUrl }: MeshNode,
  load: Load,
  restored: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const waiting = FORWARDING.map((schema) => `SELECT FROM ${schema}.access_waiting`).join(' UNION ALL ');
  const left = `SELECT count(*)::int AS count FROM (${waiting}) AS all_of_them`;
  await waitUntil(async () => (await querySuperuser<{ count: number }>(databaseUrl, left))[0]?.count === 0, {
    timeoutMs,
    what: `all access entries of ${node} forwarded`,
  });
  const logged = await querySuperuser<{ case_number: string; count: number }>(
    databaseUrl,
    `SELECT case_number, count(*)::int AS count FROM audit.access_body
      WHERE case_number LIKE 'ASKED-%' GROUP BY case_number`,
  );
  const counts = new Map(logged.map(({ case_number, count }) => [case_number, count]));
  const due = restored.includes(node) ? [undefined, 1] : [1];
  const wrong = [...(load.kept.answered.get(node) ?? [])].filter((asked) => !due.includes(counts.get(asked)));
  assert.deepEqual(wrong, [], `answered questions without their one access entry at ${node}`);
}

async function answersAreRight(
  mesh: Mesh,
  node: string,
  licences: readonly KeptLicence[],
  clockOff: readonly string[],
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
    assert.ok(answer.freshness?.fresh, `${node} about ${home}: ${answer.freshness?.staleReason}`);
    const mayTrustCopy = node === home || ![node, home].some((each) => clockOff.includes(each));
    assert.ok(mayTrustCopy || answer.freshness.fromHome, `${node} trusts the clock of ${home}`);
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
