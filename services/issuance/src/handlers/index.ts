import type { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import type { Handlers } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { cancelLicence } from './cancel-licence.ts';
import { changeLicence } from './change-licence.ts';
import { finishImport } from './finish-import.ts';
import { getLicence } from './get-licence.ts';
import { getStatuses } from './get-statuses.ts';
import { importRows } from './import-rows.ts';
import { issueLicence } from './issue-licence.ts';
import { listRecoveryFindings } from './list-recovery-findings.ts';
import { renewLicence } from './renew-licence.ts';
import { resumeLicence } from './resume-licence.ts';
import { revokeLicence } from './revoke-licence.ts';
import { startImport } from './start-import.ts';
import { suspendLicence } from './suspend-licence.ts';
import { voidLicence } from './void-licence.ts';

export function handlersOf(context: Context): Handlers<typeof IssuanceServiceService> {
  return {
    issueLicence: issueLicence(context),
    changeLicence: changeLicence(context),
    renewLicence: renewLicence(context),
    suspendLicence: suspendLicence(context),
    resumeLicence: resumeLicence(context),
    cancelLicence: cancelLicence(context),
    revokeLicence: revokeLicence(context),
    voidLicence: voidLicence(context),
    getLicence: getLicence(context),
    startImport: startImport(context),
    importRows: importRows(context),
    finishImport: finishImport(context),
    getStatuses: getStatuses(context),
    listRecoveryFindings: listRecoveryFindings(context),
  };
}
