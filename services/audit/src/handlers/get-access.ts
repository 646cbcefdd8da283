import { leafHash } from '@lianzheng/merkle';
import type { GetAccessRequest, GetAccessResponse } from '@lianzheng/proto/audit/v1/audit';
import { type Call, invalidArgument, notFound } from '@lianzheng/rpc';
import { getFacts, servedAccess } from '../audited.ts';
import type { Context } from '../context.ts';
import { findAccess } from '../store/accesses.ts';
import { insertAccesses } from '../store/insert-accesses.ts';
import { sequencedAccess } from './sequenced-access.ts';

export function getAccess({ database, clock }: Pick<Context, 'database' | 'clock'>) {
  return async (request: GetAccessRequest, call: Call): Promise<GetAccessResponse> => {
    if (request.id === '') throw invalidArgument({ field: 'id', description: '必填 / required' });
    const own = servedAccess(call, getFacts(request), clock.now());
    const row = await database.tx(async (tx) => {
      const found = await findAccess(tx, request.id);
      if (found) await insertAccesses(tx, [own]);
      return found;
    });
    if (!row) throw notFound(`访问记录 access ${request.id.slice(0, 128)}`, 'ACCESS_UNKNOWN');
    return {
      access: sequencedAccess(row),
      salt: row.salt ?? Buffer.alloc(0),
      bodyBytes: row.body ?? Buffer.alloc(0),
      leafHash: leafHash(row.leaf),
    };
  };
}
