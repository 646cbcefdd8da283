import type { ExchangeServiceService, PeerServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import type { Handlers } from '@lianzheng/rpc';
import type { Parts } from '../parts.ts';
import { acknowledgeAlarm } from './acknowledge-alarm.ts';
import { askStatus } from './ask-status.ts';
import { batchVerifyLicences } from './batch-verify-licences.ts';
import { fetchOwnEntries } from './fetch-own-entries.ts';
import { findLicences } from './find-licences.ts';
import { findOwnHeads } from './find-own-heads.ts';
import { getClock } from './get-clock.ts';
import { getPublicStatus } from './get-public-status.ts';
import { getVerifiedHeads } from './get-verified-heads.ts';
import { listLinks } from './list-links.ts';
import { offerEntries } from './offer-entries.ts';
import { startGeneration } from './start-generation.ts';
import { verifyLicence } from './verify-licence.ts';
import { watchLinks } from './watch-links.ts';

/** Table of contents of ExchangeService. */
export const exchangeHandlers = (parts: Parts): Handlers<typeof ExchangeServiceService> => ({
  verifyLicence: verifyLicence(parts),
  batchVerifyLicences: batchVerifyLicences(parts),
  findLicences: findLicences(parts),
  getPublicStatus: getPublicStatus(parts),
  listLinks: listLinks(parts),
  watchLinks: watchLinks(parts),
  acknowledgeAlarm: acknowledgeAlarm(parts),
  startGeneration: startGeneration(parts),
  findOwnHeads: findOwnHeads(parts),
  fetchOwnEntries: fetchOwnEntries(parts),
  offerEntries: offerEntries(parts),
});

/** Table of contents of PeerService. */
export const peerHandlers = (parts: Parts): Handlers<typeof PeerServiceService> => ({
  askStatus: askStatus(parts),
  getVerifiedHeads: getVerifiedHeads(parts),
  getClock: getClock(parts),
});
