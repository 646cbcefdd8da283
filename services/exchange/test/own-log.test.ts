// What a node's own services hear of its own log after a restart (logs.md §2, recovery): from its copy, within messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry } from '@lianzheng/registry';
import type { Call } from '@lianzheng/rpc';
import { createLogger, fixedClock } from '@lianzheng/runtime';
import { openCopies } from '../src/follow/copies.ts';
import { fetchOwnEntries } from '../src/handlers/fetch-own-entries.ts';
import { findOwnHeads } from '../src/handlers/find-own-heads.ts';
import type { Parts } from '../src/parts.ts';
import { exchangeDatabases } from './databases.ts';
import { begun, issued, type NewEntry, ownerLog } from './owner-log.ts';

const newDatabase = await exchangeDatabases();
const province = '440000';
const city = '440300';
const MESSAGE_BYTES = 4 << 20;

const logger = createLogger({ service: 'exchange test', node: city, level: 'silent' });
const call = { signal: new AbortController().signal } as Call;
const log = { node: city, log: 'status', generation: 1 };

/** As large as a leaf may be. */
const hugeEntry = (serial: string): NewEntry => issued(serial, [], { reasonCode: 'x'.repeat(60_000) });

/** A city that was cut off from everybody, with a copy of its own log. */
async function alone(batches: readonly NewEntry[][]) {
  const own = ownerLog(city);
  const key = { node: city, log: 'status', name: own.name, publicKey: own.publicKey };
  const registry = createRegistry({
    province,
    node: city,
    pinnedKeys: [{ ...key, fromSize: 0n, toSize: 0n, endorsement: Buffer.alloc(0) }],
  });
  const database = await newDatabase();
  const clock = fixedClock(new Date(begun + 3_600_000));
  const copies = await openCopies({ database, registry, clock, logger, fetchProof: async () => undefined });
  const copy = await copies.open(city, 'status', 1);
  for (const batch of batches) await copy.offer(await own.write(batch));
  assert.equal(copy.state().size, own.size());
  const peers = { neighbours: () => [] };
  const parts = {
    context: { config: { node: city }, database, peers, logger },
    copies,
    former: { endOf: () => undefined },
    links: { witnesses: { heads: () => [] } },
  } as unknown as Parts;
  return { own, parts };
}

test('a tail of huge leaves comes in answers that fit into a message, each verifiable', async () => {
  const batches = [0, 1, 2, 3].map((batch) =>
    Array.from({ length: 30 }, (_, i) => hugeEntry(`H${batch}N${i}`)),
  );
  const { own, parts } = await alone(batches);
  const fetch = fetchOwnEntries(parts);
  const sequences: number[] = [];
  let answers = 0;
  while (sequences.length < own.size() && answers < 100) {
    const answer = await fetch({ log, from: BigInt(sequences.length) }, call);
    const bytes = answer.entries.reduce((sum, { leaf }) => sum + leaf.length, 0);
    assert.ok(bytes > 0 && bytes < MESSAGE_BYTES, `${bytes} bytes`);
    sequences.push(...answer.entries.map(({ sequence }) => Number(sequence)));
    answers += 1;
  }
  assert.deepEqual(
    sequences,
    own.entries.map(({ sequence }) => sequence),
  );
  assert.ok(answers > 1);
});

test('of another generation it has nothing to say', async () => {
  const { parts } = await alone([[issued('A1')]]);
  const answer = await fetchOwnEntries(parts)({ log: { ...log, generation: 2 }, from: 0n }, call);
  assert.deepEqual(answer, { entries: [], checkpoints: [] });
});

test('its own copy names a head where nobody else can be asked', async () => {
  const { own, parts } = await alone([[issued('A1')], [issued('A2')]]);
  const { notes, answered } = await findOwnHeads(parts)({ log }, call);
  assert.equal(answered, 0);
  assert.deepEqual(notes, [own.notes.at(-1)!.note]);
});
