export type { Entries, Part, Parts } from './entries.ts';
export { ZIP_LIMITS, type ZipLimits } from './limits.ts';
export { checkName } from './names.ts';
export { pack, partOf } from './pack.ts';
export { unpack } from './unpack.ts';
