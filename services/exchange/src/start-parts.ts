import { closing, pause, startLoop } from '@lianzheng/runtime';
import { createFreshness } from './answer/freshness.ts';
import { createHome } from './answer/home.ts';
import { measureLinks } from './answer/link-metrics.ts';
import { createLocalLookup } from './answer/local.ts';
import { createVerify } from './answer/verify.ts';
import { type Context, clusterOf } from './context.ts';
import { carrierAlarm, watchCarriers } from './follow/carriers.ts';
import { clockAlarm, startClocks } from './follow/clocks.ts';
import { openCopies, type ProofFetcher } from './follow/copies.ts';
import { judgeForeign } from './follow/foreign.ts';
import { followFormer } from './follow/former.ts';
import { startHeads } from './follow/heads.ts';
import type { LogCopy } from './follow/log-copy.ts';
import { fetchOwn, followOwnLogs } from './follow/own-logs.ts';
import { createRepairs } from './follow/repair.ts';
import { followSides } from './follow/sides.ts';
import { followTopics } from './follow/topics.ts';
import { startWitnesses } from './follow/witnesses.ts';
import type { Parts } from './parts.ts';
import { type NewAlarm, raiseAlarmOnce } from './store/alarms.ts';

/** Everything that runs in the background, and what handlers ask. */
export async function startParts(stack: AsyncDisposableStack, context: Context): Promise<Parts> {
  const { config, database, registry, peers, services, clock, logger, events, telemetry } = context;
  const { node: self, province } = config;
  const copies = await openCopies({ database, registry, clock, logger, fetchProof: proofFetcher(context) });
  if (config.bundle && config.bundle.catalogue.length > 0) {
    await (await copies.open(province, 'catalog')).offer(config.bundle.catalogue);
  }
  const repairs = createRepairs({ database, peers, logger });
  closing(stack, followSides({ database, copies, peers, logger }), (it) => it.stop());
  const alarm = (raised: NewAlarm) =>
    void database
      .tx((tx) => raiseAlarmOnce(tx, raised))
      .catch((error) => logger.error({ err: error, cause: raised.cause }, 'alarm could not be stored'));
  const clocks = closing(
    stack,
    startClocks({ self, peers, clock, logger, onOff: (node, offset) => alarm(clockAlarm(node, offset)) }),
    (it) => it.stop(),
  );
  const owners = { status: services.statusLog, catalog: services.catalogLog, access: services.accessLog };
  const fetch = (copy: LogCopy, size: number) =>
    copy.log.node === self ? fetchOwn(owners, copy, size) : repairs.mend(copy, size);
  const former = closing(stack, followFormer({ registry, copies, fetch, logger }), (it) => it.stop());
  const freshness = createFreshness({ copies, former, clocks, clock });
  const heads = closing(stack, startHeads({ self, registry, peers, copies, repairs, clock, logger }), (it) =>
    it.stop(),
  );
  const witnesses = closing(
    stack,
    await startWitnesses({
      self,
      province,
      database,
      registry,
      copies,
      clock,
      logger,
      cosign: async (checkpoints) =>
        (await services.signature.cosign({ checkpoints })).checkpoints.map((note) => Buffer.from(note)),
      publish: async (notes) => void (await services.audit.publishCosignedHeads({ notes })),
    }),
    (it) => it.stop(),
  );
  closing(stack, followOwnLogs({ self, copies, owners, logger }), (it) => it.stop());
  const cluster = clusterOf(config);
  closing(
    stack,
    followTopics({
      self,
      database,
      cluster,
      registry,
      copies,
      repairs,
      peers,
      events,
      tracing: telemetry,
      logger,
      onCosigned: (witness, notes) => witnesses.take(witness, notes),
    }),
    (it) => it.stop(),
  );
  const carriers = closing(
    stack,
    watchCarriers({
      self,
      province,
      cluster,
      registry,
      logger,
      onFailed: (failure) => alarm(carrierAlarm(failure)),
    }),
    (it) => it.stop(),
  );
  closing(
    stack,
    startLoop({
      name: 'foreign issuers',
      idleMs: 2_000,
      run: () => judgeForeign({ database, registry, freshness, province, clock, logger }),
      onError: (error) => logger.warn({ err: error }, 'judging foreign issuers failed'),
    }),
    (it) => it.stop(),
  );
  const local = createLocalLookup({ database, registry, copies, former });
  const home = createHome({ self, issuance: services.issuance, peers, clock, tracing: telemetry });
  const verify = createVerify({ self, province, database, registry, copies, local, home, freshness, clock });
  const links = {
    self,
    province,
    database,
    registry,
    copies,
    peers,
    clocks,
    witnesses,
    heads,
    carriers,
    freshness,
    clock,
  };
  measureLinks(telemetry, links);
  return {
    context,
    copies,
    former,
    clocks,
    repairs,
    home,
    freshness,
    verify,
    find: {
      self,
      database,
      registry,
      copies,
      local,
      repairs,
      freshness,
      signature: services.signature,
      refreshOwn: () => ownCopyUpToDate(context, copies),
      clock,
    },
    links,
  };
}

/** Waits until the copy of the own status log has what its owner integrated by now. */
async function ownCopyUpToDate({ config, services }: Context, copies: Parts['copies']): Promise<void> {
  const { size } = await services.statusLog.getHead({
    log: { node: config.node, log: 'status', generation: 0 },
  });
  const copy = await copies.open(config.node, 'status');
  for (let waitedMs = 0; copy.state().size < Number(size) && waitedMs < 2_000; waitedMs += 20) {
    await pause(20, new AbortController().signal);
  }
}

/** Proofs come from the log's owner: of this node's logs from the services, of another's on its way through the province. */
function proofFetcher({ config, services, peers, logger }: Context): ProofFetcher {
  const own = { status: services.statusLog, catalog: services.catalogLog, access: services.accessLog };
  return async (log, first, second) => {
    const request = { log, firstSize: BigInt(first), secondSize: BigInt(second) };
    try {
      const reader =
        log.node === config.node ? own[log.log as keyof typeof own] : peers.towards(log.node)?.log;
      const answer = await reader?.getConsistencyProof(request, { deadlineMs: 2_000 });
      return answer?.hashes.map((hash) => Buffer.from(hash));
    } catch (error) {
      logger.debug({ ...log, err: error }, 'consistency proof: nobody answered');
      return undefined;
    }
  };
}
