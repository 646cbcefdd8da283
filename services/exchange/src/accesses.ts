import type { AccessFacts } from '@lianzheng/access';
import {
  type AcknowledgeAlarmRequest,
  type AskStatusRequest,
  type BatchVerifyLicencesRequest,
  ExchangeServiceService as exchange,
  type FindLicencesRequest,
  type GetPublicStatusRequest,
  type OfferEntriesRequest,
  PeerServiceService as peer,
  type StartGenerationRequest,
  type VerifyLicenceRequest,
} from '@lianzheng/proto/exchange/v1/exchange';

type Described<R> = (request: R) => AccessFacts;

const verify: Described<VerifyLicenceRequest> = ({ identifier, caseNumber, matterCode, officer }) => ({
  caseNumber,
  matterCode,
  officer,
  subjects: [identifier],
});
const batch: Described<BatchVerifyLicencesRequest> = ({ questions }) => ({
  subjects: questions.map((question) => question.identifier),
});
// The holder's code is never written down.
const find: Described<FindLicencesRequest> = ({ typeCodes, caseNumber, matterCode, officer }) => ({
  caseNumber,
  matterCode,
  officer,
  subjects: typeCodes,
});
const publicStatus: Described<GetPublicStatusRequest> = ({ identifier }) => ({ subjects: [identifier] });
const acknowledge: Described<AcknowledgeAlarmRequest> = ({ alarmId }) => ({ subjects: [`alarm/${alarmId}`] });
const generation: Described<StartGenerationRequest> = ({ node, log }) => ({
  subjects: [`log/${node}/${log}`],
});
const offer: Described<OfferEntriesRequest> = ({ log }) => ({ subjects: [`log/${log?.node}/${log?.log}`] });
const ask: Described<AskStatusRequest> = ({ identifiers, departmentCode, caseNumber }) => ({
  departmentCode,
  caseNumber,
  subjects: identifiers,
});

/** What an access entry says of each audited call; a refused call is entered by it as well. */
export const accesses = {
  [exchange.verifyLicence.path]: verify,
  [exchange.batchVerifyLicences.path]: batch,
  [exchange.findLicences.path]: find,
  [exchange.getPublicStatus.path]: publicStatus,
  [exchange.acknowledgeAlarm.path]: acknowledge,
  [exchange.startGeneration.path]: generation,
  [exchange.offerEntries.path]: offer,
  [peer.askStatus.path]: ask,
};
