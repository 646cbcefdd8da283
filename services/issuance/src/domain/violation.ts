/** What is wrong with one field of a request; the field is its path with proto names. */
export interface Violation {
  readonly field: string;
  /** Chinese, then English; never the value itself, which may be personal. */
  readonly description: string;
}

export function violation(field: string, zh: string, en: string): Violation {
  return { field, description: `${zh} / ${en}` };
}
