import { decideTransition } from '@lianzheng/licence';
import type { LicenceData } from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import { type Draft, planLicence, planVersion } from './draft.ts';
import { type ColumnFault, columnOf } from './import-columns.ts';
import type { StockLicence } from './import-row.ts';
import type { KnownLicence } from './known-licence.ts';
import type { Plan } from './plan.ts';

/** What is known of the licence with a row's number. */
export interface KnownStock {
  readonly licence: KnownLicence;
  /** Newest version number. */
  readonly newest: number;
  /** The version that the row names: its identifier and data; data undefined = lost. */
  readonly same: { readonly identifier: string; readonly data: LicenceData | undefined } | undefined;
}

export type RowPlan =
  | { readonly plan: Plan }
  | { readonly unchanged: string }
  | { readonly fault: ColumnFault };

/**
 * A row is recognised by (type, issuer, licence number, version): unknown = issued, the same content = unchanged, other
 * content = an error. A version beyond the newest one is a renewal.
 */
export function planRow(
  { data, version }: StockLicence,
  known: KnownStock | undefined,
  draft: Draft,
): RowPlan {
  if (!known) return { plan: planLicence(draft, Operation.ISSUE, undefined, version) };
  const { licence, same } = known;
  if (licence.numberIndex === undefined || (same && same.data === undefined)) {
    return fault(
      'ZZBH',
      '该证照的数据已丢失，请以变更重新录入',
      'its data was lost: enter it again by a change',
    );
  }
  if (same?.data) {
    return sameData(same.data, data)
      ? { unchanged: same.identifier }
      : fault(
          '',
          '已有相同证照编号和版本、内容不同的证照',
          'a licence with this number and version says something else',
        );
  }
  if (version < known.newest) {
    return fault('BBH', `低于现有最新版本${known.newest}`, `lower than the newest version ${known.newest}`);
  }
  const { newest } = licence;
  const transition = decideTransition(newest.state, Operation.RENEW);
  if (!transition.ok) {
    return fault(
      'BBH',
      `证照状态为${transition.obstacle}，不能增加版本`,
      `no new version: it is ${transition.obstacle}`,
    );
  }
  const base = { licenceId: licence.licenceId, revision: newest.revision, identifier: newest.identifier };
  return { plan: planVersion(draft, Operation.RENEW, base, version) };
}

function fault(column: string, zh: string, en: string): RowPlan {
  return { fault: columnOf(column, zh, en) };
}

/** Both are in normal form; the order of the items does not matter. */
function sameData(a: LicenceData, b: LicenceData): boolean {
  return comparable(a) === comparable(b);
}

function comparable({ items, ...rest }: LicenceData): string {
  const { typeCode, licenceNumber, issuedOn, validFrom, validTo, holders, printedForms } = rest;
  return JSON.stringify([
    [typeCode, licenceNumber, issuedOn, validFrom, validTo],
    holders.map(({ name, codeKind, code }) => [name, codeKind, code]),
    printedForms.map(({ form, formNumber }) => [form, formNumber]),
    Object.entries(items).sort(([x], [y]) => (x < y ? -1 : 1)),
  ]);
}
