import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { askHealth, type Channel, isMeshError } from '@lianzheng/rpc';
import type { Clock } from '@lianzheng/runtime';

/** NOT_SERVING is the service's own word; UNREACHABLE means that it gave none. */
export type ServiceState = 'SERVING' | 'NOT_SERVING' | 'UNREACHABLE';
export type Services = Record<string, ServiceState>;

export type Readiness = {
  /** The state of each service of the node; asked at most every half second, however many want to know. */
  ask(): Promise<Services>;
};

const healthName: Record<string, string> = {
  catalog: nameOf(CatalogServiceService),
  issuance: nameOf(IssuanceServiceService),
  signature: nameOf(SignatureServiceService),
  exchange: nameOf(ExchangeServiceService),
  audit: nameOf(AuditServiceService),
};
const deadlineMs = 1_000;
const validMs = 500;

export function createReadiness(channels: Readonly<Record<string, Channel>>, clock: Clock): Readiness {
  let last: { services: Promise<Services>; atMs: number } | undefined;

  async function askAll(): Promise<Services> {
    const asked = Object.entries(channels).map(async ([name, channel]) => [
      name,
      await stateOf(name, channel),
    ]);
    return Object.fromEntries(await Promise.all(asked));
  }

  return {
    ask() {
      const nowMs = clock.nowMs();
      // A clock that was set back must not keep an old answer alive.
      if (!last || Math.abs(nowMs - last.atMs) >= validMs) last = { services: askAll(), atMs: nowMs };
      return last.services;
    },
  };
}

async function stateOf(name: string, channel: Channel): Promise<ServiceState> {
  try {
    const status = await askHealth(channel, healthName[name]!, { deadlineMs });
    return status === 'SERVING' ? 'SERVING' : 'NOT_SERVING';
  } catch (error) {
    if (isMeshError(error)) return 'UNREACHABLE';
    throw error;
  }
}

function nameOf(service: { readonly [method: string]: { readonly path: string } }): string {
  return Object.values(service)[0]!.path.split('/')[1]!;
}
