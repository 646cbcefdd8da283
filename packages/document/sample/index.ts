export { createSampleAuthority, type SampleAuthority, type SampleSeal } from './authority.ts';
export { STAMP, samplePress } from './document.ts';
