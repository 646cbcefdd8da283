import { accepted, type CodeCheck, refused, tidy } from './code-check.ts';
import { checkCreditCode } from './credit-code.ts';
import { holderKind } from './holder-kind.ts';
import { checkResidentNumber } from './resident-number.ts';

/** Width of one holder's code in the national schemas (standards GB/T 36903, CZZTDM per row). */
const MAX_FREE_CODE = 100;

/**
 * The one normal form of a holder's code, so that two spellings of one code give one lookup index.
 * Kinds with a known form are trimmed, made half-width and upper-case; 099 and 999 are free text and are
 * trimmed only, never folded or normalised.
 */
export function normaliseHolderCode(kind: string, code: string): CodeCheck {
  if (!holderKind(kind)) {
    return refused('kind', '未知的持证主体代码类型', 'unknown kind of holder code');
  }
  return (RULES.get(kind) ?? freeCode)(code);
}

const SERVICE_CARD = formed(
  /^(?:\p{Script=Han}{1,4}字第)?[0-9A-Z]{4,12}号?$/u,
  '军人证件编号应为4至12位数字或字母，可写作“某字第…号”',
  'a service card number is 4 to 12 digits or letters, or 某字第…号',
);
const PASSPORT = formed(
  /^[0-9A-Z]{5,15}$/,
  '护照号应为5至15位数字或字母',
  'a passport number is 5 to 15 digits or letters',
);
const HONG_KONG_MACAO_PASS = formed(
  /^[HM](?:[0-9]{8}|[0-9]{10})$/,
  '港澳居民来往内地通行证号码应为H或M加8位或10位数字',
  'a Hong Kong or Macao pass number is H or M and 8 or 10 digits',
);
const TAIWAN_PASS = formed(
  /^(?:[0-9]{8}|[0-9]{10}[A-Z]?)$/,
  '台湾居民来往大陆通行证号码应为8位数字，或10位数字加可选字母',
  'a Taiwan pass number is 8 digits, or 10 digits and possibly a letter',
);

const RULES: ReadonlyMap<string, (code: string) => CodeCheck> = new Map([
  ['001', checkCreditCode],
  ['111', checkResidentNumber],
  ...['114', '115', '118', '119', '120', '122'].map((kind) => [kind, SERVICE_CARD] as const),
  ...['411', '412', '413', '414'].map((kind) => [kind, PASSPORT] as const),
  // The letter of the older booklet is printed with and without brackets.
  ['511', (code) => TAIWAN_PASS(code.replace(/[(（]([A-Za-z])[)）]/, '$1'))],
  ['516', HONG_KONG_MACAO_PASS],
]);

function formed(form: RegExp, zh: string, en: string): (code: string) => CodeCheck {
  return (code) => {
    const tidied = tidy(code);
    return form.test(tidied) ? accepted(tidied) : refused('form', zh, en);
  };
}

function freeCode(code: string): CodeCheck {
  const trimmed = code.trim();
  const length = [...trimmed].length;
  if (length < 1 || length > MAX_FREE_CODE) {
    return refused(
      'form',
      `证件代码应为1至${MAX_FREE_CODE}个字符`,
      `the code is 1 to ${MAX_FREE_CODE} characters long`,
    );
  }
  // Controls, invisible format characters, lone surrogates and line separators cannot be read off a paper.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(trimmed)) {
    return refused('form', '证件代码含有不可见字符', 'the code contains characters that cannot be printed');
  }
  return accepted(trimmed);
}
