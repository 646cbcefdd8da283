export { checkCharacter } from './check-character.ts';
export type { CodeCheck, CodeFault } from './code-check.ts';
export {
  checkCreditCode,
  creditCodeCheckCharacter,
  isCreditCode,
  organisationCodeCheckCharacter,
} from './credit-code.ts';
export { type DivisionLevel, divisionLevel, isDivisionCode } from './division-code.ts';
export { normaliseHolderCode } from './holder-code.ts';
export { HOLDER_KINDS, type HolderClass, type HolderKind, holderKind } from './holder-kind.ts';
export {
  formatIdentifier,
  IdentifierError,
  type IdentifierFault,
  type IdentifierParts,
  isIdentifier,
  type LicenceId,
  type LicenceIdentifier,
  parseIdentifier,
} from './licence-identifier.ts';
export {
  checkResidentNumber,
  isResidentNumber,
  residentNumberCheckDigit,
  residentNumberForms,
} from './resident-number.ts';
export { containsHolderCode, randomSerial, serialFrom } from './serial.ts';
