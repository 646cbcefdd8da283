import { Metadata } from '@grpc/grpc-js';

const traceparentForm = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const requestIdForm = /^[\x21-\x7e]{1,128}$/;

/** What a call hands on to the calls it makes. */
export type CallContext = {
  /** Aborted when the call is cancelled, its deadline has passed or the server stops. */
  readonly signal: AbortSignal;
  readonly deadline: Date;
  /** W3C trace context of this call, where there is one. */
  readonly traceparent?: string;
  /** Given by the first caller, or made here; the same along the whole chain of calls. */
  readonly requestId: string;
};

export type CarriedContext = { traceparent?: string; requestId: string };

/** Reads `traceparent` and `x-request-id`; values of another form are dropped, not passed on. */
export function readContext(metadata: Metadata, ownRequestId: string): CarriedContext {
  return {
    traceparent: carried(metadata, 'traceparent', traceparentForm),
    requestId: carried(metadata, 'x-request-id', requestIdForm) ?? ownRequestId,
  };
}

function carried(metadata: Metadata, key: string, form: RegExp): string | undefined {
  const value = metadata.get(key)[0];
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

export function writeContext({ traceparent, requestId }: Partial<CarriedContext>): Metadata {
  const metadata = new Metadata();
  if (traceparent !== undefined) metadata.set('traceparent', traceparent);
  if (requestId !== undefined) metadata.set('x-request-id', requestId);
  return metadata;
}
