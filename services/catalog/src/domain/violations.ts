/** One thing that is wrong in a request: path of the field in the proto's names, and what should stand there. */
export type Violation = { readonly field: string; readonly description: string };

/** Reports a violation of a field: Chinese and English. */
export type Report = (field: string, zh: string, en: string) => void;

/** Runs all checks and returns everything that they report, so that a caller sees all faults at once. */
export function violationsOf(check: (report: Report) => void): Violation[] {
  const found: Violation[] = [];
  check((field, zh, en) => found.push({ field, description: `${zh} / ${en}` }));
  return found;
}

/** A Report for a message inside another one. */
export function below(path: string, report: Report): Report {
  return (field, zh, en) => report(field === '' ? path : `${path}.${field}`, zh, en);
}
