import { associationName, companyName } from './companies.ts';
import type { StockType } from './face.ts';
import { creditCode, residentNumber } from './holder-codes.ts';
import { foreignName, personName } from './people.ts';
import { below, digits, pick, type Random } from './random.ts';

export interface StockHolder {
  name: string;
  /** Normal form as of normaliseHolderCode. */
  code: string;
  /** GB/T 36903 annex A. */
  kind: string;
}

/**
 * Most licences have as few holders as their type allows; the number is capped so that rows stay readable.
 * `first` is given where the licence number says who the first holder is.
 */
export function holdersFor(
  random: Random,
  type: StockType,
  first?: { readonly kind: string; readonly code: string },
): StockHolder[] {
  const least = Math.max(1, type.minHolders);
  const most = Math.max(least, Math.min(type.maxHolders, least + 4));
  const count = below(random, 10) < 7 ? least : least + below(random, most - least + 1);
  return Array.from({ length: count }, (_, index) =>
    first && index === 0
      ? { ...holderOf(random, first.kind), code: first.code }
      : holderOf(random, kindFor(random, type.holderKinds)),
  );
}

/** Credit codes and resident numbers are the rule, all other kinds together one in twenty. */
function kindFor(random: Random, kinds: readonly string[]): string {
  const common = kinds.filter((kind) => kind === '001' || kind === '111');
  return pick(random, common.length === 0 || below(random, 20) === 0 ? kinds : common);
}

function holderOf(random: Random, kind: string): StockHolder {
  switch (kind) {
    case '001':
      return { kind, name: companyName(random), code: creditCode(random) };
    case '099':
      return { kind, name: associationName(random), code: `粤社证字第${digits(random, 6)}号` };
    case '111':
      return { kind, name: personName(random), code: residentNumber(random) };
    case '114':
    case '115':
    case '118':
    case '119':
    case '120':
    case '122':
      return {
        kind,
        name: personName(random),
        code: `${pick(random, '南东武文')}字第${digits(random, 8)}号`,
      };
    case '411':
    case '412':
    case '413':
    case '414':
      return { kind, name: foreignName(random), code: pick(random, 'CEGKPX') + digits(random, 8) };
    case '511':
      return { kind, name: personName(random), code: digits(random, 8) };
    case '516':
      return { kind, name: personName(random), code: pick(random, 'HM') + digits(random, 8) };
    default:
      return { kind, name: personName(random), code: `临证-${digits(random, 8)}` };
  }
}
