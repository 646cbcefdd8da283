import type { FieldViolation, MeshCode, MeshError } from '@lianzheng/rpc/errors';

/** An error as HTTP tells it: RFC 9457. `type` is a name, not an address. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail?: string;
  /** Number of the request, to find it in the log by. */
  instance?: string;
  /** Which parts of the request are at fault. */
  errors?: { field: string; detail: string }[];
};

const titles: Record<number, string> = {
  400: '请求有误 / Bad request',
  401: '需要令牌 / Token required',
  404: '不存在 / Not found',
  405: '不支持的方法 / Method not allowed',
  406: '无法以所要求的形式回答 / Not acceptable',
  408: '请求超时 / Request timeout',
  413: '请求过大 / Content too large',
  414: '地址过长 / URI too long',
  415: '不支持的内容类型 / Unsupported media type',
  429: '请求过于频繁 / Too many requests',
  431: '请求头过大 / Header fields too large',
  500: '内部错误 / Internal error',
  503: '服务暂不可用 / Service unavailable',
  504: '后端超时 / Timeout of a service behind',
};

export function problem(
  status: number,
  reason: string,
  detail?: string,
  errors?: readonly FieldViolation[],
): Problem {
  return {
    type: `urn:lianzheng:problem:${reason.toLowerCase().replaceAll('_', '-')}`,
    title: titles[status] ?? (status < 500 ? titles[400]! : titles[500]!),
    status,
    ...(detail !== undefined && { detail }),
    ...(errors && { errors: errors.map(({ field, description }) => ({ field, detail: description })) }),
  };
}

const statusOf: Partial<Record<MeshCode, number>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 503,
  UNAVAILABLE: 503,
  ABORTED: 503,
  DEADLINE_EXCEEDED: 504,
};

/** What the public is told of an error of a service behind; whatever is our own fault is 500 and says nothing. */
export function problemOf(error: MeshError): Problem {
  const status = statusOf[error.code] ?? 500;
  if (status === 500) return problem(500, 'INTERNAL');
  if (status === 400) return problem(400, error.reason, error.message, error.details.fields);
  return problem(status, error.reason, status === 404 ? error.message : undefined);
}
