import type { BasicConstraints, KeyUsage } from './extensions.ts';

/**
 * root: signs authorities and end certificates · authority: signs end certificates · sealMaker (制章者): signs seals ·
 * signer (签章人): signs documents with a seal. GB/T 38540 gives the last two no usage of their own: who may make seals is
 * told by the list of seal makers that the verifier trusts, who may use a seal by the seal's list of certificates.
 */
export type Profile = 'root' | 'authority' | 'sealMaker' | 'signer';

export const profiles: Readonly<
  Record<Profile, { constraints: BasicConstraints; usages: readonly KeyUsage[] }>
> = {
  root: { constraints: { isAuthority: true, pathLength: 1 }, usages: ['keyCertSign', 'cRLSign'] },
  authority: { constraints: { isAuthority: true, pathLength: 0 }, usages: ['keyCertSign', 'cRLSign'] },
  sealMaker: { constraints: { isAuthority: false }, usages: ['digitalSignature', 'contentCommitment'] },
  signer: { constraints: { isAuthority: false }, usages: ['digitalSignature', 'contentCommitment'] },
};
