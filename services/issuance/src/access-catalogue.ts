import type { AccessCatalogue, AccessFacts } from '@lianzheng/access';
import type {
  CommandHeader,
  FinishImportRequest,
  GetLicenceRequest,
  ImportRowsRequest,
} from '@lianzheng/proto/issuance/v1/issuance';

type CommandRequest = {
  readonly header: CommandHeader | undefined;
  readonly identifier?: string;
  readonly jobId?: string;
};

/** What an entry of the access log says of a request: no holder, no licence number. */
export function commandFacts({ header, identifier }: CommandRequest): AccessFacts {
  return {
    caseNumber: header?.caseNumber,
    officer: header?.officer,
    subjects: identifier ? [identifier] : [],
  };
}

const jobFacts = ({ jobId }: ImportRowsRequest | FinishImportRequest): AccessFacts => ({ subjects: [jobId] });
const path = (rpc: string) => `/lianzheng.issuance.v1.IssuanceService/${rpc}`;

/** Which calls stand in the access log, refused ones included, and what is told of their requests. */
export const accessCatalogue: AccessCatalogue = {
  [path('IssueLicence')]: commandFacts,
  [path('ChangeLicence')]: commandFacts,
  [path('RenewLicence')]: commandFacts,
  [path('SuspendLicence')]: commandFacts,
  [path('ResumeLicence')]: commandFacts,
  [path('CancelLicence')]: commandFacts,
  [path('RevokeLicence')]: commandFacts,
  [path('VoidLicence')]: commandFacts,
  [path('GetLicence')]: ({ caseNumber, officer, identifier }: GetLicenceRequest) => ({
    caseNumber,
    officer,
    subjects: [identifier],
  }),
  [path('StartImport')]: commandFacts,
  [path('ImportRows')]: jobFacts,
  [path('FinishImport')]: jobFacts,
  [path('ListRecoveryFindings')]: () => ({}),
};
