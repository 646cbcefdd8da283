import { hash, randomBytes, randomUUID } from 'node:crypto';
import { type AccessInput, encodeAccess } from '@lianzheng/access';
import { encodeLeaf } from '@lianzheng/log';
import type { AccessBody } from '@lianzheng/proto/audit/v1/audit';
import { AccessLeafBody, LeafKind } from '@lianzheng/proto/log/v1/leaf';

/** An access as it is stored: what was handed over, what it is found by, and its leaf. */
export type NewAccess = {
  id: string;
  salt: Buffer;
  /** The exact bytes that were handed over. */
  body: Buffer;
  leaf: Buffer;
  at: Date;
  subjects: string[];
  departmentCode: string;
  caseNumber: string;
  action: string;
};

export type ReadableBody = Pick<AccessBody, 'subjects' | 'departmentCode' | 'caseNumber' | 'action'> & {
  at: Date;
};

export function newAccess(id: string, salt: Buffer, body: Buffer, readable: ReadableBody): NewAccess {
  const { at, subjects, departmentCode, caseNumber, action } = readable;
  return { id, salt, body, leaf: accessLeaf(salt, body), at, subjects, departmentCode, caseNumber, action };
}

/** An entry of this service's own. */
export function ownAccess(access: AccessInput): NewAccess {
  const body = Buffer.from(encodeAccess(access));
  const { subjects = [], departmentCode = '', caseNumber = '' } = access;
  const readable = { ...access, subjects: [...subjects], departmentCode, caseNumber };
  return newAccess(`audit:${randomUUID()}`, randomBytes(16), body, readable);
}

/** The leaf says nothing but SHA-256(salt ‖ body). */
function accessLeaf(salt: Buffer, body: Buffer): Buffer {
  const commitment = hash('sha256', Buffer.concat([salt, body]), 'buffer');
  const leafBody = AccessLeafBody.encode({ commitment }).finish();
  return encodeLeaf({ kind: LeafKind.ACCESS, subject: '', body: leafBody });
}
