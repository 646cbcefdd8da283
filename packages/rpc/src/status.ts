// The one place where a MeshError becomes a gRPC status and comes back.
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, RetryInfo } from '@lianzheng/proto/gen/google/rpc/error_details.ts';
import { Status } from '@lianzheng/proto/gen/google/rpc/status.ts';
import { type ErrorDetails, type FieldViolation, type MeshCode, MeshError, meshCodes } from './errors.ts';

const domain = 'lianzheng';
const detailsKey = 'grpc-status-details-bin';
const typeUrl = (name: string) => `type.googleapis.com/google.rpc.${name}`;

// Trailers share the peer's header limit, which is 8 KiB in some implementations, base64 and percent signs included.
// So a long text is cut, and a long list is cut and says so.
const maxFieldBytes = 3072;
const maxTextLength = 200;

const nameOfStatus = new Map<number, MeshCode>(meshCodes.map((code) => [status[code], code]));

/** The status that answers a call with `error`. */
export function toStatus(error: MeshError): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const code = status[error.code];
  const message = shorten(error.message);
  const metadata = new Metadata();
  metadata.set(
    detailsKey,
    Buffer.from(Status.encode({ code, message, details: anyDetails(error) }).finish()),
  );
  return { code, details: message, metadata };
}

/** The error that a gRPC client met. A code outside our closed set is INTERNAL, its name the reason. */
export function fromStatus(failure: Pick<ServiceError, 'code' | 'details' | 'metadata'>): MeshError {
  const known = nameOfStatus.get(failure.code);
  const code = known ?? 'INTERNAL';
  const fallback = known ?? status[failure.code] ?? 'UNKNOWN';
  const carried = carriedDetails(failure);
  return new MeshError(code, carried.message || failure.details || fallback, {
    reason: carried.reason || fallback,
    details: carried.details,
  });
}

function anyDetails({ reason, details }: MeshError): Status['details'] {
  const { fields = [], metadata = {}, retryAfterMs } = details;
  const info = ErrorInfo.encode({ reason, domain, metadata: { ...metadata } }).finish();
  const any = [{ typeUrl: typeUrl('ErrorInfo'), value: Buffer.from(info) }];
  if (fields.length > 0) {
    const bad = BadRequest.encode({ fieldViolations: cutFields(fields) }).finish();
    any.push({ typeUrl: typeUrl('BadRequest'), value: Buffer.from(bad) });
  }
  if (retryAfterMs !== undefined) {
    const retry = RetryInfo.encode({ retryDelay: durationOf(retryAfterMs) }).finish();
    any.push({ typeUrl: typeUrl('RetryInfo'), value: Buffer.from(retry) });
  }
  return any;
}

function cutFields(fields: readonly FieldViolation[]): FieldViolation[] {
  const kept: FieldViolation[] = [];
  let bytes = 0;
  for (const { field, description } of fields) {
    const cut = { field: shorten(field), description: shorten(description) };
    bytes += Buffer.byteLength(cut.field) + Buffer.byteLength(cut.description);
    if (bytes > maxFieldBytes) break;
    kept.push(cut);
  }
  const rest = fields.length - kept.length;
  if (rest > 0) kept.push({ field: '', description: `另有 ${rest} 项 / and ${rest} more` });
  return kept;
}

function carriedDetails({ metadata }: Pick<ServiceError, 'metadata'>): {
  message?: string;
  reason?: string;
  details: ErrorDetails;
} {
  const [bytes] = metadata?.get(detailsKey) ?? [];
  if (!(bytes instanceof Buffer)) return { details: {} };
  const details: ErrorDetails = {};
  let reason: string | undefined;
  try {
    const carried = Status.decode(bytes);
    for (const { typeUrl: type, value } of carried.details) {
      if (type === typeUrl('ErrorInfo')) {
        const info = ErrorInfo.decode(value);
        reason = info.reason;
        if (Object.keys(info.metadata).length > 0) details.metadata = info.metadata;
      } else if (type === typeUrl('BadRequest')) {
        details.fields = BadRequest.decode(value).fieldViolations;
      } else if (type === typeUrl('RetryInfo')) {
        const delay = RetryInfo.decode(value).retryDelay;
        if (delay) details.retryAfterMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
      }
    }
    return { message: carried.message, reason, details };
  } catch {
    // Details of a foreign peer that we cannot read: the plain status still says what happened.
    return { reason, details };
  }
}

function durationOf(ms: number): { seconds: bigint; nanos: number } {
  return { seconds: BigInt(Math.trunc(ms / 1000)), nanos: Math.round((ms % 1000) * 1e6) };
}

/** grpc-js percent-encodes the message with encodeURI, which throws on lone surrogates. */
function shorten(text: string): string {
  return (text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text).toWellFormed();
}
