import { type AccessCatalogue, type AccessFacts, type AccessWriter, accessOf } from '@lianzheng/access';
import type { Database } from '@lianzheng/db';
import {
  AuditServiceService,
  type EraseAccessBodiesRequest,
  type GetAccessRequest,
  type ListAccessesRequest,
} from '@lianzheng/proto/audit/v1/audit';
import type { Call } from '@lianzheng/rpc';
import { type NewAccess, ownAccess } from './domain/new-access.ts';
import { insertAccesses } from './store/insert-accesses.ts';

// Reading the access log is an access itself.

export function listFacts(request: ListAccessesRequest): AccessFacts {
  const { subject, departmentCode, caseNumber, action } = request;
  return {
    subjects: [subject, ...named({ department: departmentCode, case: caseNumber, action })].filter(Boolean),
  };
}

export const getFacts = ({ id }: GetAccessRequest): AccessFacts => ({ subjects: named({ access: id }) });

export function eraseFacts({ beforeTime, departmentCode }: EraseAccessBodiesRequest): AccessFacts {
  return { subjects: named({ before: beforeTime?.toISOString() ?? '', department: departmentCode }) };
}

export const accessCatalogue: AccessCatalogue = {
  [AuditServiceService.listAccesses.path]: listFacts,
  [AuditServiceService.getAccess.path]: getFacts,
  [AuditServiceService.eraseAccessBodies.path]: eraseFacts,
};

/** The entry of a call that is answered. */
export function servedAccess(call: Call, facts: AccessFacts, at: Date): NewAccess {
  return ownAccess(accessOf(call, facts, 'OK', at));
}

/** Writes this service's entries of refused calls where those of the others end up: no need to forward them. */
export function ownAccessWriter(database: Database): AccessWriter {
  return {
    async record(access) {
      await database.tx((tx) => insertAccesses(tx, [ownAccess(access)]));
    },
  };
}

/** `name:value` of what was given. */
function named(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => (value === '' ? [] : `${name}:${value}`));
}
