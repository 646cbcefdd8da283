import { isUniqueViolation } from '@lianzheng/db';
import {
  AccessBody,
  type AccessRecord,
  type AppendAccessesRequest,
  type AppendAccessesResponse,
} from '@lianzheng/proto/audit/v1/audit';
import { aborted, type Call, decodeMessage, type FieldViolation, invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { type NewAccess, newAccess } from '../domain/new-access.ts';
import { insertAccesses } from '../store/insert-accesses.ts';

/** All records of a call are taken or none; a service that was refused sends them again one by one. */
export function appendAccesses({ database, events }: Pick<Context, 'database' | 'events'>) {
  return async (request: AppendAccessesRequest, { caller }: Call): Promise<AppendAccessesResponse> => {
    const accesses = parseRecords(request.records, caller.id);
    const added = await database.tx((tx) => insertAccesses(tx, accesses)).catch(refuseConcurrent);
    events.accessesAppended(caller.id, added);
    return { added };
  };
}

const MAX_RECORDS = 2_000;
const MAX_BODY_BYTES = 512 * 1024;
const SALT_BYTES = 16;
const MAX_VIOLATIONS = 20;

function parseRecords(records: readonly AccessRecord[], service: string): NewAccess[] {
  if (records.length > MAX_RECORDS)
    throw invalidArgument({ field: 'records', description: `至多 at most ${MAX_RECORDS}` });
  const wrong: FieldViolation[] = [];
  const seen = new Set<string>();
  const parsed = records.flatMap((record, i) => {
    const refuse = (field: string, description: string) =>
      wrong.push({ field: `records[${i}].${field}`, description });
    if (seen.has(record.id)) refuse('id', '重复 / repeated');
    seen.add(record.id);
    return parseRecord(record, service, refuse) ?? [];
  });
  if (wrong.length > 0) throw invalidArgument(wrong.slice(0, MAX_VIOLATIONS));
  return parsed;
}

function parseRecord(
  { id, salt, body }: AccessRecord,
  service: string,
  refuse: (field: string, description: string) => void,
): NewAccess | undefined {
  // A service speaks for itself only.
  if (!/^[a-z]+:[A-Za-z0-9._-]{1,96}$/.test(id) || !id.startsWith(`${service}:`))
    refuse('id', `须为 must be ${service}:…`);
  if (salt.length !== SALT_BYTES) refuse('salt', `须为 ${SALT_BYTES} 字节 / must have ${SALT_BYTES} bytes`);
  if (body.length > MAX_BODY_BYTES) refuse('body', `至多 at most ${MAX_BODY_BYTES} bytes`);
  const readable = readBody(body);
  const { at } = readable ?? {};
  if (!readable || !at) {
    refuse('body', '不是带时间的 AccessBody / not an AccessBody with a time');
    return undefined;
  }
  return newAccess(id, salt, body, { ...readable, at });
}

function readBody(body: Buffer): AccessBody | undefined {
  try {
    return decodeMessage((bytes) => AccessBody.decode(bytes), body);
  } catch {
    return undefined;
  }
}

function refuseConcurrent(error: unknown): never {
  if (!isUniqueViolation(error, 'access_body_pkey')) throw error;
  throw aborted('CONCURRENT_APPEND', '同一批正在写入 / the same records are being written by another call');
}
