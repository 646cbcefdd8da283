export { type DocumentInfo, NAMESPACE, SIGNATURES } from './package.ts';
export { createPress, type DocumentInput, type Press } from './press.ts';
