import type kafkajs from 'kafkajs';

/** A record to be sent. Strings are sent as UTF-8. */
export interface OutgoingRecord {
  readonly key?: Uint8Array | string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, Uint8Array | string>>;
}

/** A record as it came: bytes of a carrier that is not trusted. */
export interface IncomingRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Milliseconds since 1970, as its producer set it. */
  readonly timestampMs: number;
}

type Bytes = Uint8Array | string;

/** What a request may weigh; brokers refuse a record batch beyond max.message.bytes, 1 MiB. */
const requestBytes = 900_000;
/** Lengths, offset and timestamp deltas of one record, generously. */
const overheadBytes = 32;

/** Cuts records into requests of at most about 900 KB, in order; a record beyond that goes alone. */
export function splitIntoRequests(
  records: readonly OutgoingRecord[],
  limit = requestBytes,
): OutgoingRecord[][] {
  const requests: OutgoingRecord[][] = [];
  let room = 0;
  for (const record of records) {
    const bytes = weight(record);
    if (bytes > room || requests.length === 0) {
      requests.push([]);
      room = limit;
    }
    requests.at(-1)!.push(record);
    room -= bytes;
  }
  return requests;
}

function weight({ key, value, headers }: OutgoingRecord): number {
  let bytes = overheadBytes + sizeOf(key) + value.length;
  for (const name in headers) bytes += overheadBytes + name.length * 3 + sizeOf(headers[name]);
  return bytes;
}

function sizeOf(bytes: Bytes | undefined): number {
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : (bytes?.length ?? 0);
}

export function toMessage({ key, value, headers }: OutgoingRecord): kafkajs.Message {
  return {
    key: key === undefined ? null : toBuffer(key),
    value: toBuffer(value),
    headers:
      headers && Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, toBuffer(bytes)])),
  };
}

const noHeaders: IncomingRecord['headers'] = Object.freeze({});

export function fromMessage({
  offset,
  key,
  value,
  headers,
  timestamp,
}: kafkajs.KafkaMessage): IncomingRecord {
  return {
    offset: BigInt(offset),
    key,
    value,
    headers: headers ? readHeaders(headers) : noHeaders,
    timestampMs: Number(timestamp),
  };
}

/** Of a header that stands twice the first counts. */
function readHeaders(headers: kafkajs.IHeaders): IncomingRecord['headers'] {
  let read: Record<string, Buffer> | undefined;
  for (const [name, given] of Object.entries(headers)) {
    const first = Array.isArray(given) ? given[0] : given;
    if (first === undefined) continue;
    read ??= {};
    read[name] = toBuffer(first);
  }
  return read ?? noHeaders;
}

function toBuffer(bytes: Bytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
