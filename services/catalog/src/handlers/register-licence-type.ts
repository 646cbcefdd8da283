import { createHash } from 'node:crypto';
import type { Tx } from '@lianzheng/db';
import type {
  RegisterLicenceTypeRequest,
  RegisterLicenceTypeResponse,
} from '@lianzheng/proto/catalog/v1/catalog';
import { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import type { Call } from '@lianzheng/rpc';
import { alreadyExists, invalidArgument, permissionDenied } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { type Draft, mayRegister } from '../domain/draft.ts';
import { refuseTypeViolations } from '../put.ts';
import { findDraft, insertDraft, lastDraftVersion } from '../store/drafts.ts';
import { findNewest } from '../store/objects.ts';
import { findRegistration, insertRegistration } from '../store/registrations.ts';
import { write } from '../write.ts';
import { toDraftMessage } from './draft-message.ts';

/** The department's own types; a managing department any type of its node. */
export const registerLicenceType =
  (context: Context) =>
  async (request: RegisterLicenceTypeRequest, call: Call): Promise<RegisterLicenceTypeResponse> => {
    const { requestId, licenceType } = parse(request);
    const departmentCode = call.caller.id;
    const digest = createHash('sha256').update(LicenceType.encode(licenceType).finish()).digest();
    const draft = await write(context, request, call, async (tx, at) => {
      const before = await findRegistration(tx, departmentCode, requestId);
      if (before && !before.digest.equals(digest))
        throw alreadyExists(`请求号 request id ${requestId}`, 'REQUEST_ID_REUSED', { request_id: requestId });
      if (before) return { answer: (await findDraft(tx, before))! };
      if (!mayRegister(departmentCode, call.caller.roles.has('MANAGING'), licenceType)) throw notYours();
      refuseTypeViolations(context, licenceType, 'licence_type');
      const fresh = await newDraft(tx, context, licenceType, departmentCode);
      await insertDraft(tx, fresh, at);
      const { version } = fresh;
      await insertRegistration(
        tx,
        { departmentCode, requestId, digest, code: licenceType.code, version },
        at,
      );
      return { answer: fresh };
    });
    context.events.typeRegistered(licenceType.code, draft.version, departmentCode);
    return { draft: toDraftMessage(draft) };
  };

function parse({ requestId, licenceType }: RegisterLicenceTypeRequest) {
  const problems = [];
  if (!/^[!-~]{1,64}$/.test(requestId))
    problems.push({
      field: 'request_id',
      description: '1 至 64 个可见字符 / 1 to 64 visible ASCII characters',
    });
  if (!licenceType) problems.push({ field: 'licence_type', description: '必填 / required' });
  if (problems.length > 0 || !licenceType) throw invalidArgument(problems);
  return { requestId, licenceType };
}

async function newDraft(
  tx: Tx,
  { node }: Context,
  licenceType: LicenceType,
  registeredBy: string,
): Promise<Draft> {
  const { code } = licenceType;
  const published = await findNewest(tx, { node, kind: ObjectKind.LICENCE_TYPE, key: code });
  const version = Math.max(published?.version ?? 0, await lastDraftVersion(tx, code)) + 1;
  return { licenceType, version, state: 'REGISTERED', reason: '', registeredBy };
}

function notYours() {
  return permissionDenied(
    'NOT_YOUR_TYPE',
    '只能登记本部门定义或供数的证照类型 / a department registers types that it defines or supplies',
  );
}
