export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** W3C traceparent of the caller, or of the record that is worked on. Without it a new trace begins. */
  readonly parent?: string;
  /** Others that led here: with a batch of Kafka records, theirs. */
  readonly links?: readonly string[];
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
}

export interface ActiveSpan {
  /** To hand on in metadata and record headers; undefined only where nothing is recorded and no parent was given. */
  readonly traceparent: string | undefined;
  setAttribute(name: string, value: string | number | boolean): void;
}

/** A span that begins in one callback and ends in another. */
export interface OpenSpan extends ActiveSpan {
  /** `failure` is the code or the class of an error, never its message. */
  end(failure?: string): void;
}

export interface Tracing {
  /** False where no span is recorded: then what only spans need is not worth collecting. */
  readonly recording: boolean;
  startSpan(name: string, options: SpanOptions): OpenSpan;
  /** Runs `fn` in a span that ends with it; an error marks the span and is thrown on. */
  withSpan<T>(name: string, options: SpanOptions, fn: (span: ActiveSpan) => Promise<T>): Promise<T>;
}

/** The tracing of a process: of its own name, and of each service that runs in it. */
export interface ProcessTracing extends Tracing {
  tracingFor(service: string): Tracing;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/** What several share, such as one call for a round of them: in the trace of the first that has one, pointing to the others'. */
export function sharedSpan<T>(
  tracing: Tracing,
  name: string,
  traceparents: readonly (string | undefined)[],
  fn: (span: ActiveSpan) => Promise<T>,
): Promise<T> {
  const [parent, ...links] = new Set(traceparents.filter((traceparent) => traceparent !== undefined));
  return tracing.withSpan(name, { parent, links }, fn);
}

/** Records nothing and hands the parent on, so that traces hold together across processes that do not export. */
export const passingTracing: ProcessTracing = {
  recording: false,
  startSpan: (_name, { parent }) => ({ traceparent: parent, setAttribute() {}, end() {} }),
  withSpan: (_name, { parent }, fn) => fn({ traceparent: parent, setAttribute() {} }),
  tracingFor: () => passingTracing,
  async close() {},
};
