import {
  creditCodeCheckCharacter,
  organisationCodeCheckCharacter,
  residentNumberCheckDigit,
} from '@lianzheng/identifier';
import { addDays } from './dates.ts';
import { INVENTED_DIVISIONS } from './places.ts';
import { below, type Random } from './random.ts';

/** Codes of one kind, numbered: `at` gives a different one for each n from 0 to `count` − 1. */
export interface CodeSpace {
  readonly count: number;
  at(n: number): string;
}

const FIRST_BIRTHDAY = '1945-01-01';
const BIRTHDAYS = 20_000;
/** 996 to 999 are kept for people born before 1900. */
const SEQUENCES = 995;

/** Valid resident numbers (GB 11643) of nobody: see INVENTED_DIVISIONS. */
export const RESIDENT_NUMBERS: CodeSpace = {
  count: INVENTED_DIVISIONS.length * BIRTHDAYS * SEQUENCES,
  at(n) {
    const [rest, division] = split(n, INVENTED_DIVISIONS.length);
    const [sequence, day] = split(rest, BIRTHDAYS);
    const born = addDays(FIRST_BIRTHDAY, day).replaceAll('-', '');
    const body = INVENTED_DIVISIONS[division]! + born + String(sequence + 1).padStart(3, '0');
    return body + residentNumberCheckDigit(body);
  },
};

/** GB 32100, in the part that companies founded since 2015 have after MA. */
const CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Valid credit codes (GB 32100) with valid organisation codes (GB 11714) of nobody: see INVENTED_DIVISIONS. */
export const CREDIT_CODES: CodeSpace = {
  count: INVENTED_DIVISIONS.length * CHARACTERS.length ** 2 * 10_000,
  at(n) {
    const [rest, division] = split(n, INVENTED_DIVISIONS.length);
    const [letters, number] = split(rest, 10_000);
    const [second, first] = split(letters, CHARACTERS.length);
    const organisation = `MA${CHARACTERS[first]}${CHARACTERS[second]}${String(number).padStart(4, '0')}`;
    const body = `91${INVENTED_DIVISIONS[division]}${organisation}${organisationCodeCheckCharacter(organisation)}`;
    return body + creditCodeCheckCharacter(body);
  },
};

export function residentNumber(random: Random): string {
  return RESIDENT_NUMBERS.at(below(random, RESIDENT_NUMBERS.count));
}

export function creditCode(random: Random): string {
  return CREDIT_CODES.at(below(random, CREDIT_CODES.count));
}

/** Quotient and remainder. */
function split(n: number, by: number): [number, number] {
  return [Math.floor(n / by), n % by];
}
