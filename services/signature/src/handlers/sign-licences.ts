import { parsePurpose } from '@lianzheng/keystore';
import type { SignLicencesRequest, SignLicencesResponse } from '@lianzheng/proto/signature/v1/signature';
import { type Call, type FieldViolation, invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { licenceSigner } from '../domain/licence-jws.ts';

import { keyMissing } from './own-log.ts';

const MAX_PAYLOADS = 1_000;
const MAX_PAYLOAD_BYTES = 48 * 1024;
/** About a millisecond of work. */
const AT_ONCE = 32;

export function signLicences({ keystore, slices, events }: Context) {
  return async (request: SignLicencesRequest, { signal }: Call): Promise<SignLicencesResponse> => {
    const { purpose, payloads } = parse(request);
    const key = keystore.findKey(purpose);
    if (!key) throw keyMissing(purpose);
    const jws = await slices(payloads, AT_ONCE, signal, licenceSigner(key));
    events.licencesSigned(request.departmentCode, jws.length);
    return { jws };
  };
}

function parse({ departmentCode, payloads }: SignLicencesRequest) {
  const wrong: FieldViolation[] = [];
  const purpose = parsePurpose(`department:${departmentCode}`);
  if (!purpose)
    wrong.push({ field: 'department_code', description: '不是统一社会信用代码 / no credit code' });
  if (payloads.length > MAX_PAYLOADS) {
    wrong.push({ field: 'payloads', description: `多于 ${MAX_PAYLOADS} 个 / more than ${MAX_PAYLOADS}` });
  }
  payloads.forEach(({ length }, i) => {
    if (length > 0 && length <= MAX_PAYLOAD_BYTES) return;
    wrong.push({
      field: `payloads[${i}]`,
      description: '须为 1 至 49152 字节 / must have 1 to 49,152 bytes',
    });
  });
  if (wrong.length > 0 || !purpose) throw invalidArgument(wrong);
  return { purpose, payloads };
}
