import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Channel } from './channel.ts';
import { type CallOptions, createClient } from './client.ts';
import type { MethodDefinition } from './methods.ts';

export type ServingStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING';

/** Of `grpc.health.v1.HealthCheckResponse`, by number. */
const statuses: readonly ServingStatus[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING'];

// Two messages of one field each, whose proto nobody changes.
const check = {
  path: '/grpc.health.v1.Health/Check',
  requestStream: false,
  responseStream: false,
  requestSerialize: ({ service }: { service: string }) =>
    Buffer.from(new BinaryWriter().uint32(10).string(service).finish()),
  requestDeserialize: (): { service: string } => ({ service: '' }),
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize(bytes: Uint8Array | BinaryReader): { status: number } {
    const reader = bytes instanceof BinaryReader ? bytes : new BinaryReader(bytes);
    let status = 0;
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) status = reader.int32();
      else reader.skip(wireType);
    }
    return { status };
  },
} as const satisfies MethodDefinition;

/** What a server says of one of its services by `grpc.health.v1`. Rejects with NOT_FOUND for a service that it does not have. */
export async function askHealth(
  channel: Channel,
  service: string,
  options?: CallOptions,
): Promise<ServingStatus> {
  const { status } = await createClient({ check }, channel).check({ service }, options);
  return statuses[status] ?? 'UNKNOWN';
}
