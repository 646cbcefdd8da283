// What the copies say of a licence: whose word counts, and what this release does not understand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIdentifier } from '@lianzheng/identifier';
import { encodeLeaf } from '@lianzheng/log';
import type { CatalogObject, LogKey } from '@lianzheng/proto/catalog/v1/objects';
import type { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { createRegistry } from '@lianzheng/registry';
import { createLogger, fixedClock } from '@lianzheng/runtime';
import { createLocalLookup } from '../src/answer/local.ts';
import { licenceKey } from '../src/domain/keys.ts';
import { openCopies } from '../src/follow/copies.ts';
import { exchangeDatabases } from './databases.ts';
import {
  begun,
  identifierOf,
  issued,
  issuerCode,
  type NewEntry,
  type OwnerLog,
  ownerLog,
} from './owner-log.ts';

const newDatabase = await exchangeDatabases();
const province = '440000';
const [home, other] = ['440300', '440100'];
const clock = fixedClock(new Date(begun + 3_600_000));
const logger = createLogger({ service: 'exchange test', node: province, level: 'silent' });

const keyOf = ({ node, log, name, publicKey }: OwnerLog): LogKey => ({
  ...{ node, log, name, publicKey, fromSize: 0n, toSize: 0n, endorsement: Buffer.alloc(0) },
});

const object = (value: CatalogObject['object']): CatalogObject => ({
  ...{ key: '', version: 1, node: province, retired: false },
  object: value,
});

/** Copies of two cities' status logs, of which `home` speaks for the issuer. `counted`: the entries that count of each. */
async function copied(entries: { home?: NewEntry[]; other?: NewEntry[] }, counted = 99) {
  const logs = { home: ownerLog(home), other: ownerLog(other) };
  const registry = createRegistry({ province, node: province, pinnedKeys: Object.values(logs).map(keyOf) });
  const value = { issuerCode, node: home, fromSequence: 0n, toSequence: 0n };
  registry.apply([object({ $case: 'issuerAssignment', value })]);
  const database = await newDatabase();
  const copies = await openCopies({ database, registry, clock, logger, fetchProof: async () => undefined });
  for (const [owner, log] of Object.entries(logs)) {
    const copy = await copies.open(log.node, 'status');
    await copy.offer(await log.write(entries[owner as 'home' | 'other'] ?? []));
  }
  const former = { counts: (_log: unknown, sequence: number) => sequence < counted };
  const local = createLocalLookup({ database, registry, copies, former });
  return (identifier: string) =>
    local.call({
      identifier: parseIdentifier(identifier),
      key: licenceKey(identifier),
      document: undefined,
      asOf: undefined,
      knownAt: undefined,
      maxStalenessMs: 0,
      withProof: false,
    });
}

const later = (subject: string): NewEntry => ({
  leaf: encodeLeaf({ kind: 77 as LeafKind, critical: true, subject, body: Buffer.from('later') }),
  holders: [],
});
const revisions = ({ entries }: Awaited<ReturnType<Awaited<ReturnType<typeof copied>>>>) =>
  entries.map(({ body }) => body.revision);

test('only the log that speaks for the issuer is answered from', async () => {
  const ask = await copied({ home: [issued('S0')], other: [issued('S0', [], { revision: 2 })] });
  assert.deepEqual(revisions(await ask(identifierOf('S0'))), [1]);
});

test('entries that do not count are not answered from, the others in the order of their revisions', async () => {
  const entries = [2, 1, 3].map((revision) => issued('S0', [], { revision }));
  assert.deepEqual(revisions(await (await copied({ home: entries }))(identifierOf('S0'))), [1, 2, 3]);
  assert.deepEqual(revisions(await (await copied({ home: entries }, 2))(identifierOf('S0'))), [1, 2]);
});

test('what is not understood of one version leaves all versions of the licence in doubt, and no other licence', async () => {
  const ask = await copied({ home: [issued('S0'), issued('S1'), later(identifierOf('S0', 2))] });
  assert.equal((await ask(identifierOf('S0'))).notUnderstood, true);
  assert.equal((await ask(identifierOf('S1'))).notUnderstood, false);
});

test('what is not understood of a whole log leaves that log in doubt, and no other', async () => {
  const mine = await copied({ home: [issued('S0'), later('')] });
  assert.equal((await mine(identifierOf('S0'))).notUnderstood, true);
  const others = await copied({ home: [issued('S0')], other: [later('')] });
  assert.equal((await others(identifierOf('S0'))).notUnderstood, false);
});

test('a log cannot put another’s licence in doubt', async () => {
  const ask = await copied({ home: [issued('S0')], other: [later(identifierOf('S0'))] });
  assert.equal((await ask(identifierOf('S0'))).notUnderstood, false);
});
