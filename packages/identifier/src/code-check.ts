export type CodeFault = 'kind' | 'form' | 'division' | 'date' | 'check';

/** The code in its one normal form, or why there is none. Messages never repeat the code: it may be personal. */
export type CodeCheck =
  | { readonly ok: true; readonly code: string }
  | { readonly ok: false; readonly reason: CodeFault; readonly message: string };

export function accepted(code: string): CodeCheck {
  return { ok: true, code };
}

export function refused(reason: CodeFault, zh: string, en: string): CodeCheck {
  return { ok: false, reason, message: `${zh} / ${en}` };
}

/**
 * Trims, turns full-width forms (U+FF01–FF5E) into ASCII and upper-cases `a-z`.
 * Not `toUpperCase()`: that would make `ß` and `ſ` into letters which codes may contain.
 */
export function tidy(text: string): string {
  return text
    .trim()
    .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/[a-z]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0x20));
}
