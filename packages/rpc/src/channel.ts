import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { ChannelCredentials, Client, type ChannelOptions as GrpcOptions } from '@grpc/grpc-js';
import { sanUris } from './caller.ts';
import type { MeshCode } from './errors.ts';
import { type MeshError, unavailable } from './errors.ts';
import type { TlsIdentity } from './server.ts';

/** A call that begins. What the listener returns is sent as `traceparent` (a new span of the given trace). */
export type ClientCallStart = { path: string; callId: number; traceparent?: string };
export type ClientCallEvent = ClientCallStart & { code: MeshCode | 'OK'; durationMs: number };

export type ConnectOptions = {
  /** `host:port`. */
  address: string;
  tls: TlsIdentity;
  /** The name that the server's certificate must bear; the address's host where neither this nor `expect` is given. */
  serverName?: string;
  /** The identity URI that the server's certificate must bear, e.g. `lianzheng://440300/service/exchange`. */
  expect?: string;
  /** For calls that name no deadline of their own. */
  defaultDeadlineMs?: number;
  /** HTTP/2 connections, used in turn: one JavaScript connection is soon the limit. */
  channels?: number;
  maxMessageBytes?: number;
  /** Paths of idempotent RPCs that are tried again when the server was UNAVAILABLE, at most `maxAttempts` times in all. */
  retry?: { paths: readonly string[]; maxAttempts?: number };
  onCallStart?: (start: ClientCallStart) => string | undefined;
  onCall?: (event: ClientCallEvent) => void;
};

export type Channel = {
  readonly address: string;
  /** Resolves when connected; fails with UNAVAILABLE after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  /** Ends the connections; calls under way are cancelled. */
  close(): void;
  /** For `createClient`. */
  readonly wire: Wire;
};

export type Wire = Pick<ConnectOptions, 'onCallStart' | 'onCall'> & {
  readonly next: () => Client;
  readonly defaultDeadlineMs: number;
};

/** Connects lazily: at the first call, or at `ready`. */
export function connect(options: ConnectOptions): Channel {
  const { address, channels = 1, defaultDeadlineMs = 10_000 } = options;
  const credentials = credentialsOf(options);
  const grpc = grpcOptions(options);
  const clients = Array.from({ length: channels }, () => new Client(address, credentials, grpc));
  let turn = 0;
  return {
    address,
    async ready(timeoutMs) {
      await Promise.all(clients.map((client) => clientReady(client, address, timeoutMs)));
    },
    close() {
      for (const client of clients) client.close();
    },
    wire: {
      next: () => clients[turn++ % channels]!,
      defaultDeadlineMs,
      onCallStart: options.onCallStart,
      onCall: options.onCall,
    },
  };
}

function clientReady(client: Client, address: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + timeoutMs, (cause) => {
      if (cause) reject(unavailable('NOT_CONNECTED', `无法连接 / cannot connect to ${address}`, { cause }));
      else resolve();
    });
  });
}

function credentialsOf({
  address,
  tls: { ca, cert, key },
  serverName,
  expect,
}: ConnectOptions): ChannelCredentials {
  // An identity URI says more than a host name; both are checked where both are given.
  const hostName = serverName ?? (expect === undefined ? hostOf(address) : undefined);
  return ChannelCredentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert), {
    checkServerIdentity(_host: string, certificate: PeerCertificate) {
      const wrongHost = hostName === undefined ? undefined : checkServerIdentity(hostName, certificate);
      return wrongHost ?? (expect === undefined ? undefined : wrongIdentity(expect, certificate));
    },
  });
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
}

function wrongIdentity(expect: string, { subjectaltname }: PeerCertificate): Error | undefined {
  try {
    const uris = sanUris(subjectaltname);
    if (uris.length === 1 && uris[0] === expect) return undefined;
    return new Error(`server is ${uris.join(', ') || 'nobody'}, not ${expect}`);
  } catch (error) {
    return error as MeshError;
  }
}

function grpcOptions({
  address,
  serverName,
  maxMessageBytes = 4 * 1024 * 1024,
  retry,
}: ConnectOptions): GrpcOptions {
  // TLS has no server names that are IP addresses.
  const name = serverName ?? (isIP(hostOf(address)) === 0 ? undefined : 'localhost');
  return {
    ...(name === undefined ? {} : { 'grpc.ssl_target_name_override': name }),
    ...(retry === undefined ? {} : { 'grpc.service_config': retryConfig(retry) }),
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // Otherwise all clients of one address share one connection.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    // Never through a proxy of the environment.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_channelz': 0,
  };
}

function retryConfig({ paths, maxAttempts = 3 }: NonNullable<ConnectOptions['retry']>): string {
  const name = paths.map((path) => {
    const [, service, method] = path.split('/');
    return { service, method };
  });
  const retryPolicy = {
    maxAttempts,
    initialBackoff: '0.05s',
    maxBackoff: '1s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return JSON.stringify({ methodConfig: [{ name, retryPolicy }] });
}
