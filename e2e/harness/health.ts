import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';

/** grpc.health.v1 without generated code: an empty request asks about the whole server, `08 01` is SERVING. */
const Health = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
} as const;

/** Whether the server at the address says that all of its services serve; throws when it does not answer. */
export async function isServing(address: string, expect: string, tls: TlsIdentity): Promise<boolean> {
  const channel = connect({ address, tls, expect });
  try {
    const answer = await createClient(Health, channel).check(Buffer.alloc(0), { deadlineMs: 2_000 });
    return answer.equals(Buffer.of(0x08, 0x01));
  } finally {
    channel.close();
  }
}
