import { IdentifierError, parseIdentifier } from '@lianzheng/identifier';
import { permissionDenied } from '@lianzheng/rpc';
import { type Violation, violation } from '../domain/violation.ts';

export function identifierFault(field: string, text: string): Violation | undefined {
  if (text === '') return violation(field, '必填', 'required');
  try {
    parseIdentifier(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof IdentifierError)) throw error;
    return { field, description: error.message };
  }
}

/** The issuer stands in the identifier: another department's licence is refused before anything is read. */
export function requireOwn(identifier: string, issuerCode: string): void {
  if (parseIdentifier(identifier).issuerCode === issuerCode) return;
  throw permissionDenied('NOT_ISSUER', '不是本部门颁发的证照 / a licence of another department', {
    identifier,
  });
}
