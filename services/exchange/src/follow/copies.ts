import type { Database } from '@lianzheng/db';
import { readLeaf } from '@lianzheng/log';
import { consistencyFault } from '@lianzheng/merkle';
import type { Verifier } from '@lianzheng/note';
import { CatalogBody, type CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { type Registry, verifierOf } from '@lianzheng/registry';
import type { Clock, Logger } from '@lianzheng/runtime';
import { readEntries } from '../store/copy.ts';
import { listFollowedLogs } from '../store/followed-log.ts';
import { countNotUnderstood } from '../store/licence.ts';
import type { FollowedEntry, JudgeContext } from './judge.ts';
import { type LogCopy, openLogCopy } from './log-copy.ts';

export const followedLogs = ['status', 'catalog', 'access'] as const;

export type ProofFetcher = (
  log: { node: string; log: string; generation: number },
  first: number,
  second: number,
) => Promise<Buffer[] | undefined>;

export type CopiesOptions = {
  database: Database;
  registry: Registry;
  clock: Clock;
  logger: Logger;
  fetchProof: ProofFetcher;
  onApplied?(log: LogCopy['log']): void;
};

/** All copies that this node keeps: of each log that of its present generation, and those of the ones that ended. */
export type Copies = {
  /** In its present generation, or the given one. Opens it at its first mention. */
  open(node: string, log: string, generation?: number): Promise<LogCopy>;
  /** What is open already: of the newest generation, or the given one. */
  find(node: string, log: string, generation?: number): LogCopy | undefined;
  /** Each log's newest generation. */
  all(): LogCopy[];
  /** See LogCopy. */
  forget(copy: LogCopy): Promise<void>;
  /** The log, of any generation, that a row belongs to. */
  byId(logId: number): { node: string; log: string; generation: number } | undefined;
  /** Critical entries of all logs that this release does not understand. */
  notUnderstood(): number;
  notUnderstoodOf(node: string, log: string): number;
  changed(log: { node: string; log: string }, signal: AbortSignal): Promise<void>;
};

/** Applies all verified catalogue entries to the registry; afterwards copies feed it as they grow. */
export async function openCopies(options: CopiesOptions): Promise<Copies> {
  const { database, registry } = options;
  const copies = new Map<string, Promise<LogCopy>>();
  /** By log and generation, and by log alone. */
  const opened = new Map<string, LogCopy>();
  const newest = new Map<string, LogCopy>();
  const waiters = new Map<string, PromiseWithResolvers<void>>();

  const logs = new Map<number, LogCopy['log']>();
  const opaque = await database.read(countNotUnderstood);
  const rows = await database.read(listFollowedLogs);
  for (const row of rows) {
    logs.set(row.logId, { node: row.node, log: row.log, generation: row.generation });
    if (row.log !== 'catalog') continue;
    for (let from = 0; from < row.size; from += 1_000) {
      const entries = await database.read((reader) => readEntries(reader, row.logId, from, from + 1_000));
      registry.apply(catalogObjects(entries, row.node));
    }
  }

  // What is held answers from the first moment on, also when nobody can be reached.
  for (const { node, log } of rows) await open(node, log);

  function open(
    node: string,
    log: string,
    generation: number = registry.generation(node, log).generation,
  ): Promise<LogCopy> {
    const key = `${node}/${log}/${generation}`;
    const known = copies.get(key);
    if (known) return known;
    const opening = openOne({ node, log, generation });
    copies.set(key, opening);
    void opening.then(
      (copy) => {
        opened.set(key, copy);
        const before = newest.get(`${node}/${log}`);
        if (!before || before.log.generation < generation) newest.set(`${node}/${log}`, copy);
        logs.set(copy.logId(), copy.log);
      },
      () => copies.delete(key),
    );
    return opening;
  }

  function openOne(log: LogCopy['log']): Promise<LogCopy> {
    return openLogCopy({
      ...options,
      log,
      verifiers: (size) => verifiersAt(registry, log, size),
      proveConsistency: proveWith(options.fetchProof, log),
      foreignIssuers: (issuers) =>
        issuers.filter((it) => !registry.speaksFor(log.node, it.issuerCode, it.sequence)),
      onApplied({ entries, notUnderstood, logId }) {
        if (notUnderstood > 0) opaque.set(logId, (opaque.get(logId) ?? 0) + notUnderstood);
        if (log.log === 'catalog') registry.apply(catalogObjects(entries, log.node));
        waiters.get(`${log.node}/${log.log}`)?.resolve();
        waiters.delete(`${log.node}/${log.log}`);
        options.onApplied?.(log);
      },
    });
  }

  return {
    open,
    find: (node, log, generation) =>
      generation === undefined ? newest.get(`${node}/${log}`) : opened.get(`${node}/${log}/${generation}`),
    all: () => [...newest.values()],
    async forget(copy) {
      await copy.forget();
      opaque.delete(copy.logId());
    },
    byId: (logId) => logs.get(logId),
    notUnderstoodOf: (node, log) => {
      const isOf = (logId: number) => logs.get(logId)?.node === node && logs.get(logId)?.log === log;
      return opaque.entries().reduce((sum, [logId, count]) => (isOf(logId) ? sum + count : sum), 0);
    },
    notUnderstood: () => opaque.values().reduce((sum, count) => sum + count, 0),
    changed({ node, log }, signal) {
      const key = `${node}/${log}`;
      const waiter = waiters.get(key) ?? Promise.withResolvers<void>();
      waiters.set(key, waiter);
      return new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const done = () => resolve();
        signal.addEventListener('abort', done, { once: true });
        void waiter.promise.then(() => {
          signal.removeEventListener('abort', done);
          resolve();
        });
      });
    },
  };
}

/** Objects of catalogue entries; what is of a later release is not for us. */
function catalogObjects(entries: readonly Pick<FollowedEntry, 'leaf'>[], node: string): CatalogObject[] {
  return entries.flatMap(({ leaf: bytes }) => {
    const { leaf, understood } = readLeaf(bytes);
    if (!understood || leaf.kind !== LeafKind.CATALOG) return [];
    try {
      const { object } = CatalogBody.decode(leaf.body);
      // An object is its log's: nobody speaks for another node's.
      return object ? [{ ...object, node }] : [];
    } catch {
      return [];
    }
  });
}

/** The key that signs this size: of those whose range holds it the newest, where an older one has no end yet. */
function verifiersAt(registry: Registry, log: LogCopy['log'], size: number): Verifier[] {
  const name = `lianzheng/${log.node}/${log.log}/${log.generation}`;
  const key = registry
    .logKeys(log.node, log.log)
    .findLast(
      (one) =>
        one.name === name && Number(one.fromSize) <= size && (one.toSize === 0n || size < Number(one.toSize)),
    );
  return key ? [verifierOf(key)] : [];
}

/** Only a mismatch of the roots speaks of the log; a proof that is malformed says nothing. */
function proveWith(fetchProof: ProofFetcher, log: LogCopy['log']): JudgeContext['proveConsistency'] {
  return async (from, to) => {
    const proof = await fetchProof(log, from.size, to.size);
    if (!proof) return undefined;
    const fault = consistencyFault({
      size1: from.size,
      root1: from.root,
      size2: to.size,
      root2: to.root,
      proof,
    });
    return fault === undefined ? true : fault.endsWith('-mismatch') ? false : undefined;
  };
}
