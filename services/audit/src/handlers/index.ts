import type { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import type { Handlers } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { appendAccesses } from './append-accesses.ts';
import { eraseAccessBodies } from './erase-access-bodies.ts';
import { getAccess } from './get-access.ts';
import { listAccesses } from './list-accesses.ts';
import { publishCosignedHeads } from './publish-cosigned-heads.ts';

export function handlersOf(context: Context): Handlers<typeof AuditServiceService> {
  return {
    appendAccesses: appendAccesses(context),
    publishCosignedHeads: publishCosignedHeads(context),
    listAccesses: listAccesses(context),
    getAccess: getAccess(context),
    eraseAccessBodies: eraseAccessBodies(context),
  };
}
