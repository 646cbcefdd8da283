import {
  type CallOptions,
  type Channel,
  type ClientOf,
  connect,
  createClient,
  type ServiceDefinition,
} from '@lianzheng/rpc';
import { WrongUse } from './failure.ts';
import type { Flags } from './flags.ts';
import type { Io } from './io.ts';
import type { Role, ServiceName } from './mesh.ts';
import { findTarget } from './target.ts';

/** Connections to the services of one node, as one caller. */
export type Session = {
  /** Division code; '' where only an address was given. */
  readonly node: string;
  client<S extends ServiceDefinition>(service: ServiceName, definition: S): ClientOf<S>;
  /** For a unary call: deadline and Ctrl-C. */
  readonly call: CallOptions;
  /** For a stream that runs as long as it takes. */
  readonly stream: CallOptions;
};

export type SessionOptions = {
  /** Who calls where --as does not say. */
  role: Role;
  /** The caller's department, where the request tells it: an issuer writes its own licences only. */
  department?: string;
  /** Node that is asked where --node does not say. */
  node?: string;
};

const MAX_MESSAGE_BYTES = 16 << 20;

/** Opens what the flags name, does the work and closes it. Throws WrongUse for what is missing. */
export async function withSession<const T>(
  { flags, io }: { flags: Flags; io: Io },
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { node, identity, addressOf } = await findTarget(flags, io, options);
  const channels = new Map<ServiceName, Channel>();
  const deadlineMs = (flags.whole('timeout', 1) ?? 30) * 1000;

  function channelTo(service: ServiceName): Channel {
    const open = channels.get(service);
    if (open) return open;
    const expect = node ? `lianzheng://${node}/service/${service}` : undefined;
    const at = addressOf(service);
    const channel = withSoundKey(() =>
      connect({ ...at, tls: identity, expect, maxMessageBytes: MAX_MESSAGE_BYTES }),
    );
    channels.set(service, channel);
    return channel;
  }

  try {
    return await work({
      node,
      client: (service, definition) => createClient(definition, channelTo(service)),
      call: { deadlineMs, signal: io.signal },
      stream: { deadlineMs: Number.POSITIVE_INFINITY, signal: io.signal },
    });
  } finally {
    for (const channel of channels.values()) channel.close();
  }
}

/** OpenSSL's words for a damaged PEM or a key of another certificate mean nothing to a person. */
function withSoundKey<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new WrongUse(
      `证书与私钥不相配，或已损坏 / certificate and key do not fit: ${(error as Error).message}`,
    );
  }
}
