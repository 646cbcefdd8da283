import { type LogName, LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { ClientOf } from '@lianzheng/rpc';
import { isMeshError } from '@lianzheng/rpc/errors';
import { WrongUse } from '../failure.ts';
import type { Session } from '../session.ts';
import type { LogChunk } from './chunk.ts';

export type LogClient = ClientOf<typeof LogServiceService>;

const LOGS = ['status', 'catalog', 'access'];

/** Throws WrongUse for another name. */
export function logName(node: string, log: string, generation = 0): LogName {
  const problems = [
    ...(/^[0-9]{6}$/.test(node)
      ? []
      : [`节点应为 6 位区划代码 / the node is a division code of 6 digits: ${node}`]),
    ...(LOGS.includes(log) ? [] : [`日志应为 / the log is one of ${LOGS.join(', ')}: ${log}`]),
  ];
  if (problems.length > 0) throw new WrongUse(problems);
  return { node, log, generation };
}

/** Exchange serves every log that its node holds; entries of the access log stay with its owner's audit. */
export function logClient(session: Session, { log }: LogName): LogClient {
  return session.client(log === 'access' ? 'audit' : 'exchange', LogServiceService);
}

const MOST_ATTEMPTS_WITHOUT_PROGRESS = 3;

/** A whole log from a sequence on; a stream that breaks is taken up where it was. Throws MeshError. */
export async function* snapshotOf(
  session: Session,
  log: LogName,
  from = 0n,
): AsyncGenerator<LogChunk, void, undefined> {
  const client = logClient(session, log);
  let next = from;
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const chunk of client.getSnapshot({ log, from: next }, session.stream)) {
        if (chunk.entries.length > 0) attempt = 1;
        next = (chunk.entries.at(-1)?.sequence ?? next - 1n) + 1n;
        yield { entries: chunk.entries, checkpoints: chunk.checkpoints, total: Number(chunk.total) };
      }
      return;
    } catch (error) {
      const broken = isMeshError(error, 'UNAVAILABLE') || isMeshError(error, 'DEADLINE_EXCEEDED');
      if (!broken || next === from || attempt >= MOST_ATTEMPTS_WITHOUT_PROGRESS) throw error;
    }
  }
}
