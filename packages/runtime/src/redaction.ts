const removed = '[removed]';
const deepest = 6;

/** Compared without underscores and capitals. Items of GB/T 36903 stand beside our own names. */
const personalNames = new Set([
  ...['name', 'holder', 'holders', 'holdername', 'holdercode', 'holderindex', 'certno', 'idnumber', 'idcard'],
  ...['mobile', 'phone', 'telephone', 'email', 'birthdate', 'facedata', 'face', 'jws', 'salt', 'body'],
  ...['password', 'passphrase', 'secret', 'token', 'privatekey', 'authorization'],
  ...[
    'czzt',
    'czztdm',
    '姓名',
    '持证主体',
    '持证主体代码',
    '证件号码',
    '公民身份号码',
    '身份证号',
    '住址',
    '联系电话',
  ],
]);

const isPersonal = (key: string) => personalNames.has(key.replaceAll('_', '').toLowerCase());

/** The same value without what stands under names of personal data or secrets; copies only where something is removed. */
export function withoutPersonal(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (depth === deepest) return removed;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutPersonal(item, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const clean = isPersonal(key) ? removed : withoutPersonal(item, depth + 1);
    if (clean === item) continue;
    copy ??= { ...value };
    copy[key] = clean;
  }
  return copy ?? value;
}

/** An error and its causes by type, code, message and stack; not its other fields: PostgreSQL's `detail` quotes rows. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return withoutPersonal(error);
  const { code, constraint, table } = error as Error & {
    code?: unknown;
    constraint?: unknown;
    table?: unknown;
  };
  return {
    type: error.constructor.name,
    ...(code !== undefined && { code }),
    ...(table !== undefined && { table }),
    ...(constraint !== undefined && { constraint }),
    message: error.message,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
