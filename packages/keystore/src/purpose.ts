/** What a key is for; a key serves one purpose only. Departments by credit code. */
export type KeyPurpose =
  | 'log:status'
  | 'log:catalog'
  | 'log:access'
  | 'witness'
  | `department:${string}`
  | 'data-wrap'
  | 'holder-index'
  | 'encryption';

export type KeyAlgorithm = 'Ed25519' | 'ES256' | 'ECDH-ES' | 'A256GCM' | 'HS256';

const algorithms: Readonly<Record<string, KeyAlgorithm>> = {
  'log:status': 'Ed25519',
  'log:catalog': 'Ed25519',
  'log:access': 'Ed25519',
  witness: 'Ed25519',
  'data-wrap': 'A256GCM',
  'holder-index': 'HS256',
  encryption: 'ECDH-ES',
};
const DEPARTMENT = /^department:[0-9A-Z]{18}$/;

/** undefined for anything that is no purpose. The check character of a credit code is the registry's business. */
export function parsePurpose(text: string): KeyPurpose | undefined {
  return Object.hasOwn(algorithms, text) || DEPARTMENT.test(text) ? (text as KeyPurpose) : undefined;
}

export function keyAlgorithm(purpose: KeyPurpose): KeyAlgorithm {
  return algorithms[purpose] ?? 'ES256';
}

/** Keys that sign notes bear a name: a log's key that of its origin, the witness key `lianzheng/<node>/witness`. */
export function isNamed(purpose: KeyPurpose): boolean {
  return keyAlgorithm(purpose) === 'Ed25519';
}
