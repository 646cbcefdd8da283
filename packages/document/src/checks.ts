/** The checks of a document, in the order of the report. */
export const CHECKS = [
  'package',
  'references',
  'data-hash',
  'seal',
  'seal-validity',
  'signer-listed',
  'chain',
  'signature',
  'time',
  'status',
  'copy',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** All that must pass for a document to be good; the others must only not fail. */
export const NEEDED: readonly CheckName[] = CHECKS.slice(0, CHECKS.indexOf('signature') + 1);

export type CheckResult = 'passed' | 'failed' | 'not-possible';

/** For a clerk: what was found and, where it is not good, why. */
export type Words = { readonly zh: string; readonly en: string };

export type Check = { readonly name: CheckName; readonly result: CheckResult; readonly reason: Words };

export type Judged = Omit<Check, 'name'>;

export const passed = (zh: string, en: string): Judged => ({ result: 'passed', reason: { zh, en } });
export const failed = (zh: string, en: string): Judged => ({ result: 'failed', reason: { zh, en } });
export const impossible = (zh: string, en: string): Judged => ({
  result: 'not-possible',
  reason: { zh, en },
});

/** Of several, at least one, the one that decides: failed before not possible before passed. */
export function worst<T extends { readonly result: CheckResult }>(all: readonly T[]): T {
  const by = (result: CheckResult) => all.find((one) => one.result === result);
  return by('failed') ?? by('not-possible') ?? all[0]!;
}
