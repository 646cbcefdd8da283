import type { Histogram } from './metrics.ts';
import { silentTelemetry } from './silent.ts';
import type { Telemetry } from './telemetry.ts';
import type { OpenSpan } from './tracing.ts';

/** What @lianzheng/rpc tells of a call that begins; the id is unique among those under way on one side. */
interface CallStart {
  readonly path: string;
  readonly callId: string | number;
  readonly traceparent?: string;
}

interface CallEnd extends CallStart {
  readonly code: string;
  readonly durationMs: number;
}

export interface CallListeners {
  /** Absent where nothing is recorded: then the context of the caller goes on as it came. */
  readonly onCallStart?: (start: CallStart) => string | undefined;
  readonly onCall: (end: CallEnd) => void;
}

/** For `startServer`: how long calls took, by path and code, and a span for each where they are recorded. */
export function serverCalls(telemetry: Telemetry = silentTelemetry): CallListeners {
  return listeners(telemetry, 'server', 'lz_rpc_server_ms', 'Duration of calls answered, by RPC and code.');
}

/** For `connect`: the same of the calls made. */
export function clientCalls(telemetry: Telemetry = silentTelemetry): CallListeners {
  return listeners(telemetry, 'client', 'lz_rpc_client_ms', 'Duration of calls made, by RPC and code.');
}

function listeners(telemetry: Telemetry, kind: 'server' | 'client', name: string, help: string) {
  const durations = byPathAndCode(telemetry.histogram(name, help));
  if (!telemetry.recording)
    return { onCall: ({ path, code, durationMs }: CallEnd) => durations(path, code).record(durationMs) };
  const spans = new Map<string | number, OpenSpan>();
  return {
    onCallStart({ path, callId, traceparent: parent }: CallStart) {
      const span = telemetry.startSpan(path.slice(1), { kind, parent, attributes: { 'rpc.system': 'grpc' } });
      spans.set(callId, span);
      return span.traceparent;
    },
    onCall({ path, callId, code, durationMs }: CallEnd) {
      durations(path, code).record(durationMs);
      const span = spans.get(callId);
      spans.delete(callId);
      span?.end(code === 'OK' ? undefined : code);
    },
  };
}

/** Labels are bound once for each pair; a call costs two look-ups. */
function byPathAndCode(durations: Histogram): (path: string, code: string) => Histogram {
  const ofPath = remembered((path: string) =>
    remembered((code: string) => durations.with({ rpc: path.slice(1), code })),
  );
  return (path, code) => ofPath(path)(code);
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
