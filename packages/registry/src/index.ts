export { type AuthoriserOptions, authoriser } from './authoriser.ts';
export { type FollowRegistryOptions, followRegistry, type RegistryFollower } from './follow.ts';
export {
  endorsementText,
  isEndorsed,
  isSoundLogKey,
  ROOT_LOG,
  trustedLogKeys,
  verifierOf,
} from './log-keys.ts';
export {
  countsFrom,
  isRegistryKind,
  keyOf,
  kindNamed,
  kindNameOf,
  kindOf,
  type ObjectCase,
  type ObjectOf,
} from './object-key.ts';
export {
  createRegistry,
  type KnownLicenceType,
  type Registry,
  type RegistryOptions,
  type RoleName,
} from './registry.ts';
