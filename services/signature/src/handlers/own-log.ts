import { MemoryError } from '@lianzheng/keystore';
import type { LogName as LogKind } from '@lianzheng/note';
import { formatLogOrigin, LOG_NAMES } from '@lianzheng/note';
import type { LogName } from '@lianzheng/proto/log/v1/log';
import {
  type Caller,
  failedPrecondition,
  invalidArgument,
  permissionDenied,
  unavailable,
} from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { presentGeneration } from '../domain/log-keys.ts';
import { logOfService } from '../domain/log-of-service.ts';
import type { MemoryInUse } from '../memories.ts';

export type OwnLog = { readonly log: LogKind; readonly generation: number; readonly origin: string };

/**
 * The log that a request names: one of this node's, the caller's own unless an operator asks, of the present
 * generation. PERMISSION_DENIED, INVALID_ARGUMENT, FAILED_PRECONDITION KEY_MISSING or GENERATION_ENDED.
 */
function ownLog(
  { node, keystore }: Pick<Context, 'node' | 'keystore'>,
  caller: Caller,
  asked: LogName | undefined,
): OwnLog {
  const log = LOG_NAMES.find((name) => name === asked?.log);
  if (!asked || !log) throw invalidArgument({ field: 'log', description: '未知的日志 / no such log' });
  requireOwner(caller, log, asked.node === node);
  const generation = presentGeneration(keystore.listKeys(`log:${log}`));
  if (generation === undefined) throw keyMissing(`log:${log}`);
  if (asked.generation !== 0 && asked.generation !== generation) {
    throw failedPrecondition(
      'GENERATION_ENDED',
      `现为第 ${generation} 代 / generation ${generation} is the present one`,
      {
        generation: String(generation),
      },
    );
  }
  return { log, generation, origin: formatLogOrigin({ node, log, generation }) };
}

/**
 * Does `work` alone for the log that is named. Judged again once it is our turn: the generation may have ended while we
 * waited.
 */
export async function useOwnLog<T>(
  context: Pick<Context, 'node' | 'keystore' | 'memories'>,
  caller: Caller,
  asked: LogName | undefined,
  work: (log: OwnLog, memory: MemoryInUse) => Promise<T>,
): Promise<T> {
  const log = ownLog(context, caller, asked);
  const named = { node: context.node, log: log.log, generation: log.generation };
  try {
    return await context.memories.use(log.origin, (memory) => work(ownLog(context, caller, named), memory));
  } catch (cause) {
    throw memoryFault(log.origin, cause);
  }
}

function memoryFault(origin: string, cause: unknown): unknown {
  if (!(cause instanceof MemoryError)) return cause;
  if (cause.code === 'lost') return memoryLost(origin);
  if (cause.code !== 'unwritable') return cause;
  return unavailable('MEMORY_UNWRITABLE', '签名记忆无法写入 / the memory cannot be written', { cause });
}

export function memoryLost(origin: string) {
  return failedPrecondition(
    'MEMORY_LOST',
    `${origin} 的签名记忆丢失，须先恢复 / the memory of ${origin} is lost: restore it, or start a new generation`,
    { origin },
  );
}

export function keyMissing(purpose: string) {
  return failedPrecondition(
    'KEY_MISSING',
    `没有 ${purpose} 的密钥，请由运维执行 RotateKey ${purpose} / no key for ${purpose}: an operator makes one by RotateKey ${purpose}`,
    { purpose },
  );
}

function requireOwner({ kind, id, roles }: Caller, log: LogKind, isOfThisNode: boolean): void {
  const isOwner = kind === 'service' && logOfService(id) === log;
  if (isOfThisNode && (isOwner || roles.has('OPERATOR'))) return;
  throw permissionDenied('NOT_YOUR_LOG', `只能使用本服务的日志 / ${id} does not own this log`, { log });
}
