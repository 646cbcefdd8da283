import { createHash, createPublicKey } from 'node:crypto';
import { type Department, DepartmentRole, type UseAuthorisation } from '@lianzheng/proto/catalog/v1/objects';
import { checkDepartmentRef, checkOwn, checkTypeRef, type Known } from './known.ts';
import { checkCreditCode, checkDistinct, checkEnum, checkNotEmpty, checkText } from './texts.ts';
import type { Report } from './violations.ts';

/** A department of the own node: who may call, and in which role (A6). */
export function checkDepartment(department: Department, known: Known, report: Report): void {
  const { code, name, node, roles, keys } = department;
  checkCreditCode('code', code, report);
  checkOwn('code', known.department(code)?.node, known, report);
  checkText('name', name, report);
  if (node !== known.self) report('node', `本节点 ${known.self}`, `this node, ${known.self}`);
  checkNotEmpty('roles', roles, report);
  for (const [index, role] of roles.entries()) checkEnum(`roles[${index}]`, role, DepartmentRole, report);
  checkDistinct((index) => `roles[${index}]`, roles, report);
  for (const [index, key] of keys.entries()) {
    if (!isPublicSigningKey(key)) {
      report(
        `keys[${index}]`,
        'P-256 公钥的 JWK（JSON），kid 为其 RFC 7638 指纹，不含私钥',
        'the JWK (JSON) of a public key on P-256, kid its RFC 7638 thumbprint, no private part',
      );
    }
  }
  checkDistinct((index) => `keys[${index}]`, keys, report);
}

/** The managing department lets a department of its own node use a type (C2). */
export function checkUseAuthorisation(
  { departmentCode, typeCode }: UseAuthorisation,
  known: Known,
  report: Report,
): void {
  checkDepartmentRef('department_code', departmentCode, known, report, { role: 'USING', node: known.self });
  checkTypeRef('type_code', typeCode, known, report);
}

function isPublicSigningKey(text: string): boolean {
  try {
    const { kty, crv, x, y, d, kid } = JSON.parse(text) as Record<string, unknown>;
    if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string' || d !== undefined)
      return false;
    createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
    return kid === createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  } catch {
    return false;
  }
}
