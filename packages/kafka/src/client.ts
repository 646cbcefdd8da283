import kafkajs from 'kafkajs';
import { patchPendingRequests } from './pending-requests.ts';

/** A cluster as a client reaches it; with `tls` the client shows its own certificate. PEM texts, not paths. */
export interface ClusterAddress {
  /** `host:port`, several separated by commas. */
  bootstrap: string;
  tls?: ClusterTls;
}

export interface ClusterTls {
  caPem: string;
  /** PKCS#8. */
  keyPem: string;
  /** The certificate, followed by its chain where there is one. */
  certPem: string;
}

export type Client = InstanceType<typeof kafkajs.Kafka>;

/**
 * A client that connects to nothing yet and, when it fails, fails at once instead of trying again: whoever uses it decides how
 * long to go on. It logs nothing: whoever uses it reports the error it gets.
 */
export function clientAt({ bootstrap, tls }: ClusterAddress, clientId: string): Client {
  patchPendingRequests();
  return new kafkajs.Kafka({
    clientId,
    brokers: bootstrap.split(','),
    ssl: tls && { ca: [tls.caPem], key: tls.keyPem, cert: tls.certPem },
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
  });
}
