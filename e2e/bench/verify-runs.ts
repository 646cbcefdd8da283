import {
  ExchangeServiceService,
  VerifyLicenceRequest,
  VerifyLicenceResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { pause } from '@lianzheng/runtime';
import type { ExchangeProcess } from './exchange-process.ts';
import { departmentOf, OWNER, PROVINCE } from './nodes.ts';
import type { LoadReport } from './programs/closed-loop.ts';
import type { VerifyLoad } from './programs/verify-load.ts';
import { runProgram } from './programs.ts';
import type { Replica } from './replica.ts';
import { verifyRequest } from './requests.ts';

/** The shape of the load in both halves of a run. */
export const shape = { channels: 2, inFlight: 32, warmUpMs: 6_000, measureMs: 10_000 };

const FRESH_WITHIN_MS = 60_000;

/** Waits until the province answers from a fresh copy of all of the log; the sizes of question and answer. */
export async function untilFresh(
  { nodes, log }: Replica,
  { address }: ExchangeProcess,
): Promise<{ tls: TlsIdentity; requestBytes: number; responseBytes: number }> {
  const tls = await departmentOf(nodes[PROVINCE], nodes[PROVINCE]);
  const channel = connect({ address, tls, expect: `lianzheng://${PROVINCE}/service/exchange` });
  const exchange = createClient(ExchangeServiceService, channel);
  const request = verifyRequest(log.size() - 1);
  const deadline = performance.now() + FRESH_WITHIN_MS;
  try {
    for (;;) {
      const answer = await exchange.verifyLicence(request);
      const { freshness } = answer;
      if (freshness?.fresh && freshness.node === OWNER && Number(freshness.size) === log.size()) {
        return {
          tls,
          requestBytes: VerifyLicenceRequest.encode(request).finish().length,
          responseBytes: VerifyLicenceResponse.encode(answer).finish().length,
        };
      }
      if (performance.now() > deadline) throw new Error(`the copy is not fresh: ${freshness?.staleReason}`);
      await pause(100, new AbortController().signal);
    }
  } finally {
    channel.close();
  }
}

export function loadVerify(
  { log }: Replica,
  { address }: ExchangeProcess,
  tls: TlsIdentity,
): Promise<LoadReport> {
  const load: VerifyLoad = {
    ...shape,
    address,
    tls,
    size: log.size(),
  };
  return runProgram('verify-load', load);
}
