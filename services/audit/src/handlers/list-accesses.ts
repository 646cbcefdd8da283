import type { ListAccessesRequest, ListAccessesResponse } from '@lianzheng/proto/audit/v1/audit';
import { type Call, type FieldViolation, invalidArgument } from '@lianzheng/rpc';
import { listFacts, servedAccess } from '../audited.ts';
import type { Context } from '../context.ts';
import { formatPageToken, parsePageToken } from '../domain/page-token.ts';
import { type AccessFilter, listAccesses as selectAccesses } from '../store/accesses.ts';
import { insertAccesses } from '../store/insert-accesses.ts';
import { sequencedAccess } from './sequenced-access.ts';

export function listAccesses({ database, clock }: Pick<Context, 'database' | 'clock'>) {
  return async (request: ListAccessesRequest, call: Call): Promise<ListAccessesResponse> => {
    const { filter, limit } = parse(request);
    const own = servedAccess(call, listFacts(request), clock.now());
    const rows = await database.tx(async (tx) => {
      const found = await selectAccesses(tx, filter, limit + 1);
      await insertAccesses(tx, [own]);
      return found;
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      accesses: page.map(sequencedAccess),
      nextPageToken: last && rows.length > limit ? formatPageToken(last) : '',
    };
  };
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
const MAX_TEXT = 256;

function parse(request: ListAccessesRequest): { filter: AccessFilter; limit: number } {
  const { subject, departmentCode, caseNumber, action, fromTime: from, toTime: to, pageToken } = request;
  const limit = request.limit || DEFAULT_LIMIT;
  const after = pageToken === '' ? undefined : parsePageToken(pageToken);
  const wrong: FieldViolation[] = [];
  const check = (field: string, holds: boolean, description: string) => {
    if (!holds) wrong.push({ field, description });
  };
  const texts = { subject, department_code: departmentCode, case_number: caseNumber, action };
  for (const [field, text] of Object.entries(texts))
    check(field, text.length <= MAX_TEXT, `至多 ${MAX_TEXT} 字 / at most ${MAX_TEXT} characters`);
  check('limit', limit <= MAX_LIMIT, `至多 at most ${MAX_LIMIT}`);
  check('to_time', !from || !to || from < to, '不晚于 from_time / not after from_time');
  check('page_token', pageToken === '' || after !== undefined, '不是上一页给出的 / not from a page before');
  if (wrong.length > 0) throw invalidArgument(wrong);
  return { filter: { subject, departmentCode, caseNumber, action, from, to, after }, limit };
}
