import type { Database } from '@lianzheng/db';
import { rootFromTiles } from '@lianzheng/merkle';
import { openNote, parseLogCheckpoint, parseNote } from '@lianzheng/note';
import { AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';
import { type Registry, verifierOf } from '@lianzheng/registry';
import { type Clock, type Logger, startLoop } from '@lianzheng/runtime';
import { raiseAlarm } from '../store/alarms.ts';
import { copyTiles } from '../store/copy.ts';
import { listWitnessHeads, putWitnessHead, type WitnessHead } from '../store/witness.ts';
import type { Copies } from './copies.ts';
import { checkpointItem, type LogCopy } from './log-copy.ts';
import { outageLog } from './outage.ts';

/** Another node's owner is told at most so often what we verified (logs.md §5). */
const COSIGN_EVERY_MS = 5_000;
/** Heads of access logs are cosigned by the province only, each minute. */
const COSIGN_ACCESS_EVERY_MS = 60_000;

export type WitnessOptions = {
  self: string;
  province: string;
  database: Database;
  registry: Registry;
  copies: Copies;
  cosign(notes: Buffer[]): Promise<Buffer[]>;
  publish(notes: Buffer[]): Promise<void>;
  clock: Clock;
  logger: Logger;
};

export type Witnesses = {
  /** Heads that another node says it verified: compared with our copies, and kept for the links. */
  take(witness: string, notes: readonly Buffer[]): Promise<void>;
  /** The newest head of a log that anybody showed us. */
  heads(): readonly WitnessHead[];
  stop(): Promise<void>;
};

export async function startWitnesses(options: WitnessOptions): Promise<Witnesses> {
  const { self, province, database, registry, copies, clock, logger } = options;
  const known = new Map<string, WitnessHead>();
  /** Heads beyond our copies: compared when those have grown. */
  const ahead = new Map<string, WitnessHead>();
  for (const head of await database.read(listWitnessHeads)) {
    known.set(keyOf(head), head);
    ahead.set(keyOf(head), head);
  }
  const cosigned = new Map<string, { size: number; atMs: number }>();

  async function take(witness: string, notes: readonly Buffer[]): Promise<void> {
    for (const note of notes) await takeOne(witness, note);
  }

  async function takeOne(witness: string, note: Buffer): Promise<void> {
    const head = readHead(registry, witness, note, clock.now());
    if (!head) return;
    const before = known.get(keyOf(head));
    if (before && before.generation > head.generation) return;
    if (before && before.generation === head.generation && before.size >= head.size) return;
    ahead.set(keyOf(head), head);
    await compareAhead();
    await database.tx((tx) => putWitnessHead(tx, head));
    known.set(keyOf(head), head);
  }

  async function compareAhead(): Promise<void> {
    for (const [key, head] of ahead) {
      const reached = copies.find(head.node, head.log, head.generation)?.state().size ?? 0;
      if (head.size > reached) continue;
      await compare(head);
      if (ahead.get(key) === head) ahead.delete(key);
    }
  }

  /** Two histories: the owner signed a root at a size that our copy contradicts. */
  async function compare(head: WitnessHead): Promise<void> {
    const copy = copies.find(head.node, head.log);
    if (!copy || copy.log.generation !== head.generation) return;
    const row = copy.state();
    if (head.size === 0 || head.size > row.size || head.log === 'access') return;
    const mine = await rootFromTiles(
      head.size,
      copyTiles((fn) => database.read(fn), row.logId),
    );
    if (mine.equals(parseLogCheckpoint(parseNote(head.note).text).root)) return;
    // The copy's own judgement stops the log; that a witness showed it is an alarm of its own.
    await copy.offer([checkpointItem(head.note)]);
    await database.tx((tx) => raiseAlarm(tx, witnessAlarm(head, row.note, clock.now())));
    logger.error(
      { node: head.node, log: head.log, size: head.size, witness: head.witness },
      'witness saw another history',
    );
  }

  const outage = outageLog(logger, 'heads cannot be cosigned or handed on');
  const loop = startLoop({
    name: 'witness',
    idleMs: 1_000,
    onError: (error) => outage(error),
    async run() {
      await compareAhead();
      const due = copies
        .all()
        .filter(isDue)
        .map((copy) => ({ key: copyKey(copy), note: copy.state().note!, size: copy.state().size }));
      if (due.length === 0) return 'idle';
      await options.publish(await options.cosign(due.map(({ note }) => note)));
      for (const { key, size } of due) cosigned.set(key, { size, atMs: clock.nowMs() });
      return 'idle';
    },
  });

  function isDue(copy: LogCopy): boolean {
    const { node, log, note, size, stopped } = copy.state();
    if (node === self || !note || stopped || (log === 'access' && self !== province)) return false;
    const last = cosigned.get(copyKey(copy));
    if (!last) return true;
    const every = log === 'access' ? COSIGN_ACCESS_EVERY_MS : COSIGN_EVERY_MS;
    return size > last.size && clock.nowMs() - last.atMs >= every;
  }

  return { take, heads: () => [...known.values()], stop: () => loop.stop() };
}

const keyOf = (head: { witness: string; node: string; log: string }) =>
  `${head.witness} ${head.node}/${head.log}`;
const copyKey = ({ log }: LogCopy) => `${log.node}/${log.log}/${log.generation}`;

/** A head, if the owner's key signed it and the witness's key cosigned it. */
function readHead(registry: Registry, witness: string, note: Buffer, seenAt: Date): WitnessHead | undefined {
  try {
    const { node, log, generation, size } = parseLogCheckpoint(parseNote(note).text);
    const name = `lianzheng/${node}/${log}/${generation}`;
    const owners = registry.logKeys(node, log).filter((key) => key.name === name);
    const witnesses = registry.logKeys(witness, 'witness').map(verifierOf);
    openNote(note, owners.map(verifierOf));
    openNote(note, witnesses);
    return { witness, node, log, generation, size, note, seenAt };
  } catch {
    // Unsigned or ill-signed: noise of the carrier.
    return undefined;
  }
}

function witnessAlarm(head: WitnessHead, mine: Buffer | undefined, at: Date) {
  return {
    cause: `witness ${head.witness} ${head.node}/${head.log}/${head.generation} ${head.size}`,
    kind: AlarmKind.WITNESS,
    node: head.node,
    log: head.log,
    raisedAt: at,
    text: `${head.witness} 见证的 ${head.node}/${head.log} 与本地副本不同 ${head.witness} verified another history of ${head.node}/${head.log}`,
    evidence: [mine ?? Buffer.alloc(0), head.note],
  };
}
