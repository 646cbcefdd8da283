import type { ClusterAddress } from './client.ts';
import { startConsumer } from './consumer.ts';
import type { IncomingRecord } from './record.ts';

/** What MirrorMaker last said of one of its parts. */
export interface CarrierState {
  /** Such as MirrorSourceConnector. */
  connector: string;
  /** Undefined = the connector itself, else the number of its task. */
  task: number | undefined;
  /** RUNNING, FAILED, PAUSED, UNASSIGNED, RESTARTING … as Kafka Connect names them. */
  state: string;
  /** Stack trace of a failure. */
  trace: string | undefined;
  /** When it was said, by MirrorMaker's clock. */
  at: Date;
}

export interface CarrierWatchOptions {
  /** The cluster that the flow writes to: there MirrorMaker keeps its state. */
  target: ClusterAddress;
  /** Alias of the cluster that the flow reads from. */
  source: string;
  onState?: (state: CarrierState) => void;
  /** The state cannot be read at present; reading goes on by itself. */
  onError?: (error: unknown) => void;
}

export interface CarrierWatch {
  /** The newest state of each part, oldest first; empty until MirrorMaker has said something. */
  states(): CarrierState[];
  stop(): Promise<void>;
}

/** Consumer groups of watchers are named `<this>.<random>`, so that an ACL can name them. */
export function carrierGroupPrefix(source: string): string {
  return `lianzheng.carrier.${source}`;
}

export function carrierTopic(source: string): string {
  return `mm2-status.${source}.internal`;
}

/**
 * Follows `mm2-status.<source>.internal` from its start: a task of MirrorMaker that failed stays dead while its process lives,
 * and only this topic tells. Waits for the topic, outlives losses of the cluster, and may tell the same state again after one.
 */
export function watchCarrierState({ target, source, onState, onError }: CarrierWatchOptions): CarrierWatch {
  const newest = new Map<string, CarrierState>();

  const take = ({ key, value, timestampMs }: IncomingRecord) => {
    const part = key?.toString('utf8') ?? '';
    const state = parseCarrierState(part, value, timestampMs);
    newest.delete(part); // Inserted again behind the others: oldest first.
    if (!state) return;
    newest.set(part, state);
    onState?.(state);
  };

  const consumer = startConsumer({
    cluster: target,
    clientId: `lianzheng-carrier-${source}`,
    groupPrefix: carrierGroupPrefix(source),
    topics: [carrierTopic(source)],
    from: async () => undefined, // No position: always the whole topic, which is compacted and small.
    onBatch: async ({ records }) => records.forEach(take),
    onError: (error) => onError?.(error),
  });
  return { states: () => [...newest.values()], stop: consumer.stop };
}

/** A record of the status topic; undefined for tombstones and for keys that are not a connector's or a task's. */
export function parseCarrierState(
  key: string,
  value: Buffer | null,
  timestampMs: number,
): CarrierState | undefined {
  const [, connectorOnly, connectorOfTask, task] =
    /^status-(?:connector-(.+)|task-(.+)-(\d+))$/.exec(key) ?? [];
  const connector = connectorOnly ?? connectorOfTask;
  if (!connector || !value) return undefined;
  const record: unknown = parseJson(value.toString('utf8'));
  if (typeof record !== 'object' || record === null || !('state' in record)) return undefined;
  const { state, trace } = record as { state: unknown; trace?: unknown };
  return {
    connector,
    task: task === undefined ? undefined : Number(task),
    state: String(state),
    trace: typeof trace === 'string' && trace !== '' ? trace : undefined,
    at: new Date(timestampMs),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The carrier is not trusted: what is not JSON says nothing.
  }
}
