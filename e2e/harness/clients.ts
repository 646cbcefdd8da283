import type { ServiceName } from '@lianzheng/deploy-node';
import { AuditServiceService } from '@lianzheng/proto/audit/v1/audit';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { ExchangeServiceService } from '@lianzheng/proto/exchange/v1/exchange';
import { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { type Channel, type ClientOf, connect, createClient, type TlsIdentity } from '@lianzheng/rpc';

export type Clients = {
  readonly catalog: ClientOf<typeof CatalogServiceService>;
  readonly issuance: ClientOf<typeof IssuanceServiceService>;
  readonly exchange: ClientOf<typeof ExchangeServiceService>;
  readonly audit: ClientOf<typeof AuditServiceService>;
  readonly signature: ClientOf<typeof SignatureServiceService>;
  /** Every log that the node holds, its own included: from its exchange. */
  readonly log: ClientOf<typeof LogServiceService>;
  /** The node's own logs, from the services that own them. */
  readonly ownLog: Readonly<Record<'status' | 'catalog' | 'access', ClientOf<typeof LogServiceService>>>;
  /** Resolves when those to the given services are connected: after a node came back, they still wait before they try again. */
  ready(services: readonly ServiceName[], timeoutMs: number): Promise<void>;
  close(): void;
};

/** Clients of one node's services with one certificate; each connects when it is first used. */
export function createClients(
  node: string,
  ports: Readonly<Record<ServiceName, number>>,
  tls: TlsIdentity,
): Clients {
  const opened = new Map<ServiceName, Channel>();
  const to = (service: ServiceName): Channel => {
    const expect = `lianzheng://${node}/service/${service}`;
    const channel = connect({ address: `127.0.0.1:${ports[service]}`, tls, expect });
    opened.set(service, channel);
    return channel;
  };
  const [catalog, issuance, exchange] = [to('catalog'), to('issuance'), to('exchange')];
  const [audit, signature] = [to('audit'), to('signature')];
  return {
    catalog: createClient(CatalogServiceService, catalog),
    issuance: createClient(IssuanceServiceService, issuance),
    exchange: createClient(ExchangeServiceService, exchange),
    audit: createClient(AuditServiceService, audit),
    signature: createClient(SignatureServiceService, signature),
    log: createClient(LogServiceService, exchange),
    ownLog: {
      status: createClient(LogServiceService, issuance),
      catalog: createClient(LogServiceService, catalog),
      access: createClient(LogServiceService, audit),
    },
    async ready(services, timeoutMs) {
      await Promise.all(services.map((service) => opened.get(service)?.ready(timeoutMs)));
    },
    close() {
      for (const channel of opened.values()) channel.close();
    },
  };
}
