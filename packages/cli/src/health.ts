import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** grpc.health.v1, of which two fields are all: `service` (1, text) asks, `status` (1, enum) answers. */
export const Serving = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

type HealthRequest = { service: string };
type HealthResponse = { status: number };

export const HealthService = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: ({ service }: HealthRequest) =>
      Buffer.from(service === '' ? [] : new BinaryWriter().uint32(10).string(service).finish()),
    requestDeserialize: (bytes: Buffer): HealthRequest => ({
      service: fieldOf(bytes, (reader) => reader.string()) ?? '',
    }),
    responseSerialize: ({ status }: HealthResponse) =>
      Buffer.from(new BinaryWriter().uint32(8).int32(status).finish()),
    responseDeserialize: (bytes: Buffer): HealthResponse => ({
      status: fieldOf(bytes, (reader) => reader.int32()) ?? 0,
    }),
  },
} as const;

/** Field 1; others of a later release are skipped. As with generated code, the caller may bring a reader of its own. */
function fieldOf<T>(bytes: Buffer | BinaryReader, read: (reader: BinaryReader) => T): T | undefined {
  const reader = bytes instanceof BinaryReader ? bytes : new BinaryReader(bytes);
  let value: T | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) value = read(reader);
    else reader.skip(tag & 7);
  }
  return value;
}

const words: Readonly<Record<string, string>> = {
  SERVING: '正常 serving',
  NOT_SERVING: '未就绪 not serving',
  UNREACHABLE: '连不上 unreachable',
};

export function healthWords(health: string): string {
  return words[health] ?? health;
}
