export { type CanonicalLicence, canonicalLicence, readCanonicalLicence } from './canonical.ts';
export { addMonths, isDay, shanghaiDay, startOfDay } from './day.ts';
export { REPLACED, type ReasonCode, reasonCodes, reasonCodesOf } from './reason.ts';
export { certState, resultCode } from './result-code.ts';
export {
  type LicenceAnswer,
  type StatusEntry,
  type StatusQuestion,
  statusAt,
  versionOf,
} from './status.ts';
export { decideTransition, isUnderstood, type Transition, type TransitionContext } from './transition.ts';
