import { randomBytes } from 'node:crypto';
import { type AccessInput, encodeAccess } from '@lianzheng/access';
import type { AccessRecord, ListAccessesRequest } from '@lianzheng/proto/audit/v1/audit';
import { department, uris } from './harness.ts';

/** An entry as exchange would hand it over. */
export function recordOf(number: number, access: Partial<AccessInput> = {}): AccessRecord {
  const body = encodeAccess({ ...verification, at: new Date(), ...access });
  return { id: `exchange:${number}`, salt: randomBytes(16), body: Buffer.from(body) };
}

export const verification = {
  caller: uris.department,
  departmentCode: department,
  caseNumber: '440300-2026-000017',
  matterCode: '11440300MB2D00001W4440131001000',
  officer: 'u1024',
  action: 'exchange.VerifyLicence',
  subjects: ['1.2.156.3005.2.11100000000013127D001.11440300MB2D00001W.B0000000001.001.7'],
  result: 'OK',
};

export const anyAccess: ListAccessesRequest = {
  subject: '',
  departmentCode: '',
  caseNumber: '',
  action: '',
  fromTime: undefined,
  toTime: undefined,
  limit: 0,
  pageToken: '',
};
