import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';

/** Generated decoders are given a reader in place of bytes. */
type Reader = { readonly len: number; tag(): unknown; uint32(): number };

const SERVING = 1;

/** grpc.health.v1 without generated code: an empty request asks about the whole server; the answer is one enum in field 1. */
const Health = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: () => Buffer.alloc(0),
    responseDeserialize(input: Buffer) {
      const reader = input as unknown as Reader;
      if (reader.len === 0) return { serving: false };
      reader.tag();
      return { serving: reader.uint32() === SERVING };
    },
  },
} as const;

/** Whether the server at the address says that all of its services serve; throws when it does not answer. */
export async function isServing(address: string, expect: string, tls: TlsIdentity): Promise<boolean> {
  const channel = connect({ address, tls, expect });
  try {
    return (await createClient(Health, channel).check(Buffer.alloc(0), { deadlineMs: 2_000 })).serving;
  } finally {
    channel.close();
  }
}
