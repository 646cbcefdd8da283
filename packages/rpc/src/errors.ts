/** The closed set of codes; each is the gRPC status code of the same name. */
export const meshCodes = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'OUT_OF_RANGE',
  'CANCELLED',
  'INTERNAL',
] as const;
export type MeshCode = (typeof meshCodes)[number];

/** One field of a request that was refused. `field` is its path, e.g. `holders[0].code`. */
export type FieldViolation = { field: string; description: string };

export type ErrorDetails = {
  fields?: readonly FieldViolation[];
  /** Facts for programs, e.g. the state that forbids a command. No personal data. */
  metadata?: Readonly<Record<string, string>>;
  /** How long to wait before the same call is tried again. */
  retryAfterMs?: number;
};

export type MeshErrorOptions = {
  /** UPPER_SNAKE, stable, for programs; the code when absent. */
  reason?: string;
  details?: ErrorDetails;
  cause?: unknown;
};

/** The one error that crosses services; every other one is answered as INTERNAL and told to nobody. */
export class MeshError extends Error {
  override readonly name = 'MeshError';
  readonly code: MeshCode;
  readonly reason: string;
  readonly details: ErrorDetails;

  /** `message` reaches the caller: Chinese first, English second, no personal data. */
  constructor(
    code: MeshCode,
    message: string,
    { reason = code, details = {}, cause }: MeshErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** Whether `error` is a MeshError, of the given code where one is given. */
export function isMeshError(error: unknown, code?: MeshCode): error is MeshError {
  return error instanceof MeshError && (code === undefined || error.code === code);
}

/** `fields` may be one violation or many; all of them are told at once. */
export function invalidArgument(
  fields: FieldViolation | readonly FieldViolation[],
  message?: string,
  reason?: string,
): MeshError {
  const violations = Array.isArray(fields)
    ? (fields as readonly FieldViolation[])
    : [fields as FieldViolation];
  const summary = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return new MeshError('INVALID_ARGUMENT', message ?? `请求有误 / invalid request: ${summary}`, {
    reason,
    details: { fields: violations },
  });
}

type Metadata = ErrorDetails['metadata'];

/** `what` names the thing that is missing, e.g. `证照 / licence 1.2.156…`. */
export function notFound(what: string, reason?: string, metadata?: Metadata): MeshError {
  return new MeshError('NOT_FOUND', `不存在 / not found: ${what}`, { reason, details: { metadata } });
}

export function alreadyExists(what: string, reason?: string, metadata?: Metadata): MeshError {
  return new MeshError('ALREADY_EXISTS', `已存在 / already exists: ${what}`, {
    reason,
    details: { metadata },
  });
}

export function failedPrecondition(reason: string, message: string, metadata?: Metadata): MeshError {
  return new MeshError('FAILED_PRECONDITION', message, { reason, details: { metadata } });
}

export function permissionDenied(reason: string, message: string, metadata?: Metadata): MeshError {
  return new MeshError('PERMISSION_DENIED', message, { reason, details: { metadata } });
}

export function unauthenticated(reason: string, message: string): MeshError {
  return new MeshError('UNAUTHENTICATED', message, { reason });
}

type Retryable = { retryAfterMs?: number; metadata?: Metadata; cause?: unknown };

export function unavailable(reason: string, message: string, options: Retryable = {}): MeshError {
  const { cause, ...details } = options;
  return new MeshError('UNAVAILABLE', message, { reason, details, cause });
}

export function resourceExhausted(reason: string, message: string, options: Retryable = {}): MeshError {
  const { cause, ...details } = options;
  return new MeshError('RESOURCE_EXHAUSTED', message, { reason, details, cause });
}

export function aborted(reason: string, message: string, options: Retryable = {}): MeshError {
  const { cause, ...details } = options;
  return new MeshError('ABORTED', message, { reason, details, cause });
}

export function outOfRange(reason: string, message: string, metadata?: Metadata): MeshError {
  return new MeshError('OUT_OF_RANGE', message, { reason, details: { metadata } });
}

export function deadlineExceeded(message = '已超时 / deadline exceeded'): MeshError {
  return new MeshError('DEADLINE_EXCEEDED', message);
}

export function cancelled(message = '已取消 / cancelled'): MeshError {
  return new MeshError('CANCELLED', message);
}

/** For a fault of our own that deserves a name in the log; the server hides message and cause from the caller. */
export function internal(message: string, cause?: unknown): MeshError {
  return new MeshError('INTERNAL', message, { cause });
}
