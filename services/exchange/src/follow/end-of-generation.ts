import type { GetHeadRequest, GetHeadResponse } from '@lianzheng/proto/log/v1/log';
import type { Call } from '@lianzheng/rpc';
import { type MeshError, unavailable } from '@lianzheng/rpc/errors';
import { pause } from '@lianzheng/runtime';
import type { Parts } from '../parts.ts';
import type { LogCopy } from './log-copy.ts';
import { fetchOwn } from './own-logs.ts';

type AskHead = (request: GetHeadRequest) => Promise<GetHeadResponse>;

/** A relay ends its tenure, and a copy follows, within moments. */
const PATIENCE_MS = 6_000;

/**
 * The head at which a log's present generation ends, its entries fetched: what its owner holds beyond it would count nowhere.
 * The owner has begun the next one, so that the old one grows no more. Empty where nothing is held.
 */
export async function endOfGeneration(parts: Parts, copy: LogCopy, call: Call): Promise<Buffer> {
  const { clock } = parts.context;
  const askHead = headOfOwner(parts, copy, call);
  for (const until = clock.nowMs() + PATIENCE_MS; ; ) {
    const lacking = await whatIsLacking(parts, copy, askHead);
    if (lacking === undefined) return copy.state().note ?? Buffer.alloc(0);
    if (clock.nowMs() >= until) throw lacking;
    await pause(250, call.signal);
  }
}

async function whatIsLacking(parts: Parts, copy: LogCopy, askHead: AskHead): Promise<MeshError | undefined> {
  const { log } = copy;
  const next = await askHead({ log: { ...log, generation: log.generation + 1 } });
  if (next.checkpoint.length === 0)
    return unavailable(
      'GENERATION_NOT_BEGUN',
      `${log.node} 尚未开始新一代，请重试 ${log.node} has not begun the new generation yet: try again`,
    );
  const size = Number((await askHead({ log })).size);
  // The operator decides that the owner's history counts; what stopped the log stays as evidence in its alarm.
  if (copy.state().stopped !== '') await parts.copies.forget(copy);
  await fetch(parts, copy, size);
  if (copy.state().size >= size && copy.state().stopped === '') return undefined;
  return unavailable(
    'ENTRIES_MISSING',
    `上一代的条目未能取全，请重试 only ${copy.state().size} of ${size} entries of the old generation were found: try again`,
  );
}

async function fetch({ context, repairs }: Parts, copy: LogCopy, size: number): Promise<void> {
  const { config, services } = context;
  const owners = { status: services.statusLog, catalog: services.catalogLog, access: services.accessLog };
  if (copy.log.node === config.node) await fetchOwn(owners, copy, size);
  else await repairs.mend(copy, size);
}

/** Asks the service that owns the log, of another node through its exchange. */
function headOfOwner({ context }: Parts, { log }: LogCopy, call: Call): AskHead {
  const { config, peers, services } = context;
  const own = log.log === 'catalog' ? services.catalogLog : services.statusLog;
  const reader = log.node === config.node ? own : peers.direct(log.node)?.log;
  return async (request) => {
    try {
      return await reader!.getHead(request, { parent: call, deadlineMs: 3_000 });
    } catch (cause) {
      throw unavailable(
        'OWNER_UNREACHABLE',
        `无法询问 ${log.node} 上一代日志的末尾 ${log.node} cannot be asked where its old generation ended`,
        { cause },
      );
    }
  };
}
