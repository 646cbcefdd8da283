import { ChannelCredentials, Client } from '@grpc/grpc-js';

export type BareClientOptions = {
  address: string;
  tls: { ca: string; cert: string; key: string };
  /** Name that the server's certificate must bear. */
  serverName: string;
  channels: number;
};

/** Unary calls of bytes on bare grpc-js, over channels in turn: of the client in both halves of a comparison. */
export function bareClient({ address, tls, serverName, channels }: BareClientOptions) {
  const credentials = ChannelCredentials.createSsl(
    Buffer.from(tls.ca),
    Buffer.from(tls.key),
    Buffer.from(tls.cert),
  );
  const clients = Array.from(
    { length: channels },
    () =>
      new Client(address, credentials, {
        'grpc.ssl_target_name_override': serverName,
        'grpc.use_local_subchannel_pool': 1,
      }),
  );
  let turn = 0;
  return {
    call: (path: string, request: Buffer) =>
      new Promise<Buffer>((resolve, reject) => {
        const client = clients[turn++ % clients.length]!;
        const deadline = Date.now() + 10_000;
        client.makeUnaryRequest(path, asIs, asIs, request, { deadline }, (error, answer) =>
          error ? reject(error) : resolve(answer!),
        );
      }),
    close() {
      for (const client of clients) client.close();
    },
  };
}

const asIs = (bytes: Buffer) => bytes;
