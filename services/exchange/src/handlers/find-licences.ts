import { accessOf } from '@lianzheng/access';
import { normaliseHolderCode } from '@lianzheng/identifier';
import type { FindLicencesRequest, FindLicencesResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Registry } from '@lianzheng/registry';
import type { Call } from '@lianzheng/rpc';
import { type FieldViolation, invalidArgument, permissionDenied } from '@lianzheng/rpc/errors';
import { findLicences as find, type HolderQuestion } from '../answer/find.ts';
import { checkTexts, DEFAULT_STALENESS_MS } from '../domain/question.ts';
import type { Parts } from '../parts.ts';

const MAX_TYPES = 50;

/** For a using department, for types that it may use and that the matter lists (until grants exist). */
export const findLicences =
  ({ context, find: options }: Parts) =>
  async (request: FindLicencesRequest, call: Call): Promise<FindLicencesResponse> => {
    const { clock, access, registry, events } = context;
    const question = parse(request);
    authorise(registry, request, call.caller.id);
    const answer = await find(options, question);
    const facts = {
      caseNumber: request.caseNumber,
      matterCode: request.matterCode,
      officer: request.officer,
      subjects: [...request.typeCodes, ...answer.licences.map((licence) => licence.identifier)],
    };
    await access.record(accessOf(call, facts, 'OK', clock.now()));
    events.licencesFound(answer.licences.length);
    return answer;
  };

function parse(request: FindLicencesRequest): HolderQuestion {
  const fields: FieldViolation[] = [];
  const checked = normaliseHolderCode(request.codeKind, request.code);
  if (!checked.ok) {
    fields.push({ field: checked.reason === 'kind' ? 'code_kind' : 'code', description: checked.message });
  }
  if (request.typeCodes.length === 0 || request.typeCodes.length > MAX_TYPES)
    fields.push({ field: 'type_codes', description: `1 … ${MAX_TYPES}` });
  if (request.caseNumber === '') fields.push({ field: 'case_number', description: '必填 required' });
  if (request.matterCode === '') fields.push({ field: 'matter_code', description: '必填 required' });
  checkTexts(request, fields);
  if (!checked.ok || fields.length > 0) throw invalidArgument(fields);
  return {
    codeKind: request.codeKind,
    code: checked.code,
    typeCodes: [...new Set(request.typeCodes)],
    maxStalenessMs: request.maxStalenessMs ?? DEFAULT_STALENESS_MS,
  };
}

function authorise(registry: Registry, request: FindLicencesRequest, department: string): void {
  const matter = registry.matter(request.matterCode);
  if (!matter || matter.retired)
    throw invalidArgument({ field: 'matter_code', description: '没有这个事项 no such matter' });
  if (matter.departmentCode !== '' && matter.departmentCode !== department)
    throw permissionDenied('MATTER_NOT_YOURS', '该事项由另一部门办理 another department handles this matter');
  const listed = new Set(matter.licences.map(({ typeCode }) => typeCode));
  for (const typeCode of request.typeCodes) {
    const metadata = { type_code: typeCode, matter_code: request.matterCode };
    if (!listed.has(typeCode))
      throw permissionDenied(
        'TYPE_NOT_LISTED',
        `该事项不用此类证照 the matter does not list ${typeCode}`,
        metadata,
      );
    if (!registry.mayUse(department, typeCode))
      throw permissionDenied(
        'USE_NOT_AUTHORISED',
        `未获授权使用 not authorised to use ${typeCode}`,
        metadata,
      );
  }
}
