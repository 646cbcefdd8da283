import { type CarrierWatch, type ClusterAddress, watchCarrierState } from '@lianzheng/kafka';
import { AlarmKind, type Carrier } from '@lianzheng/proto/exchange/v1/exchange';
import type { Registry } from '@lianzheng/registry';
import type { Logger } from '@lianzheng/runtime';

/** State of the MirrorMaker flows that end at this node's Kafka, as Kafka Connect itself reports it. */
export type Carriers = {
  of(node: string): Carrier[];
  stop(): Promise<void>;
};

export type CarriersOptions = {
  self: string;
  province: string;
  cluster: ClusterAddress;
  registry: Registry;
  onFailed(failure: { node: string; flow: string; trace: string; at: Date }): void;
  logger: Logger;
};

export function watchCarriers(options: CarriersOptions): Carriers {
  const { self, province, cluster, registry, logger } = options;
  const watches = new Map<string, CarrierWatch>();

  /** At a city one flow ends, from the province; at the province one from each city. */
  function watchAll(): void {
    for (const { node } of registry.nodes()) {
      const carries = node !== self && (self === province || node === province);
      if (carries && !watches.has(node)) watches.set(node, watch(node));
    }
  }

  function watch(node: string): CarrierWatch {
    const flow = `${node}->${self}`;
    return watchCarrierState({
      target: cluster,
      source: node,
      onState: ({ state, trace, at }) => {
        if (state === 'FAILED') options.onFailed({ node, flow, trace: firstLine(trace), at });
      },
      onError: (error) => logger.debug({ flow, err: error }, 'carrier state cannot be read'),
    });
  }

  watchAll();
  const unsubscribe = registry.onChange(watchAll);
  return {
    of: (node) =>
      (watches.get(node)?.states() ?? []).map(({ connector, task, state, trace, at }) => ({
        flow: `${node}->${self}`,
        connector,
        task: task ?? -1,
        state,
        trace: firstLine(trace),
        at,
        restarts: 0n,
      })),
    async stop() {
      unsubscribe();
      await Promise.all(watches.values().map((one) => one.stop()));
    },
  };
}

const firstLine = (trace: string | undefined) => trace?.split('\n', 1)[0] ?? '';

export function carrierAlarm(failure: { node: string; flow: string; trace: string; at: Date }) {
  return {
    cause: `carrier ${failure.flow} ${failure.at.toISOString()}`,
    kind: AlarmKind.CARRIER,
    node: failure.node,
    log: '',
    raisedAt: failure.at,
    text: `搬运任务失败 ${failure.flow} a carrier task failed: ${failure.trace}`.slice(0, 500),
    evidence: [],
  };
}
