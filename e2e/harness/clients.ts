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
  close(): void;
};

/** Clients of one node's services with one certificate; each connects when it is first used. */
export function createClients(
  node: string,
  ports: Readonly<Record<ServiceName, number>>,
  tls: TlsIdentity,
): Clients {
  const channels = new Map<ServiceName, Channel>();
  const to = (service: ServiceName): Channel => {
    const known = channels.get(service);
    if (known) return known;
    const expect = `lianzheng://${node}/service/${service}`;
    const channel = connect({ address: `127.0.0.1:${ports[service]}`, tls, expect });
    channels.set(service, channel);
    return channel;
  };
  return {
    catalog: createClient(CatalogServiceService, to('catalog')),
    issuance: createClient(IssuanceServiceService, to('issuance')),
    exchange: createClient(ExchangeServiceService, to('exchange')),
    audit: createClient(AuditServiceService, to('audit')),
    signature: createClient(SignatureServiceService, to('signature')),
    log: createClient(LogServiceService, to('exchange')),
    ownLog: {
      status: createClient(LogServiceService, to('issuance')),
      catalog: createClient(LogServiceService, to('catalog')),
      access: createClient(LogServiceService, to('audit')),
    },
    close() {
      for (const channel of channels.values()) channel.close();
    },
  };
}
