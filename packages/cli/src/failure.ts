import type { ExitCode } from './command.ts';

export const GOOD = 0;
export const CHECK_FAILED = 1;
export const WRONG_USE = 2;
export const NO_CONNECTION = 3;

/** The command was called wrongly, or a file given to it is not what it should be. Every problem is told at once. */
export class WrongUse extends Error {
  readonly problems: readonly string[];
  readonly hint: string | undefined;

  constructor(problems: string | readonly string[], hint?: string) {
    const list = typeof problems === 'string' ? [problems] : problems;
    super(list.join('; '));
    this.name = 'WrongUse';
    this.problems = list;
    this.hint = hint;
  }
}

/** Everything worked, and the answer is no. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** Nobody answered. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection';
}

export type Explanation = { readonly exitCode: ExitCode; readonly lines: readonly string[] };

type RefusedCall = Error & {
  code: string;
  reason: string;
  details: {
    fields?: readonly { field: string; description: string }[];
    metadata?: Readonly<Record<string, string>>;
    retryAfterMs?: number;
  };
};

/** By name, so that a command which calls nobody need not load gRPC. */
function isRefusedCall(error: unknown): error is RefusedCall {
  return error instanceof Error && error.name === 'MeshError';
}

/** What a person is told, Chinese first, and the exit code; never a stack trace. */
export function explain(error: unknown): Explanation {
  if (error instanceof WrongUse) {
    const lines = error.problems.map((problem) => `错误 / error: ${problem}`);
    return { exitCode: WRONG_USE, lines: error.hint ? [...lines, `  ${error.hint}`] : lines };
  }
  if (error instanceof CheckFailed) return failed(CHECK_FAILED, error.message);
  if (error instanceof NoConnection) return failed(NO_CONNECTION, error.message);
  if (isRefusedCall(error)) return explainCall(error);
  if (isFileError(error)) return failed(WRONG_USE, fileProblem(error));
  if (error instanceof Error && error.name === 'EnrolmentError') return explainEnrolment(error);
  if (error instanceof Error && error.name in ownErrors) {
    return failed(CHECK_FAILED, `${ownErrors[error.name]} / ${error.message}`);
  }
  return failed(
    CHECK_FAILED,
    `程序内部错误 / internal error: ${error instanceof Error ? error.message : error}`,
    ['  设置 LZ_DEBUG=1 可看详情 / set LZ_DEBUG=1 for details'],
  );
}

/** Errors of our libraries whose messages may be shown as they are. */
const ownErrors: Readonly<Record<string, string>> = {
  NoteError: '检查点无效',
  MerkleError: '日志树无效',
  KeystoreError: '密钥库打不开',
  CertificateError: '证书不合规',
};

const enrolmentProblems: Readonly<Record<string, readonly [zh: string, exitCode: ExitCode]>> = {
  exists: ['已有内容，请用空文件夹', WRONG_USE],
  absent: ['缺少文件', WRONG_USE],
  malformed: ['文件格式有误', WRONG_USE],
  untrusted: ['签名、指纹或证明不成立，不可信', CHECK_FAILED],
  mismatch: ['是给别的节点或密钥的', CHECK_FAILED],
  unregistered: ['省级目录里还没有登记此节点', CHECK_FAILED],
};

function explainEnrolment(error: Error & { code?: string }): Explanation {
  const [zh, exitCode] = enrolmentProblems[error.code ?? ''] ?? ['入网失败', CHECK_FAILED];
  return failed(exitCode, `${zh} / ${error.message}`);
}

function failed(exitCode: ExitCode, text: string, more: readonly string[] = []): Explanation {
  return { exitCode, lines: [`错误 / error: ${text}`, ...more] };
}

const noAnswer = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED']);
const wrongRequest = new Set(['INVALID_ARGUMENT', 'OUT_OF_RANGE']);

function explainCall({ code, reason, message, details }: RefusedCall): Explanation {
  const exitCode = noAnswer.has(code) ? NO_CONNECTION : wrongRequest.has(code) ? WRONG_USE : CHECK_FAILED;
  const kind = reason === code ? code : `${code} ${reason}`;
  const fields = details.fields ?? [];
  // gRPC's own words, when no server was met that could say it better.
  const told = code === 'UNAVAILABLE' && reason === code ? `连接不上 / ${message}` : message;
  const lines = [
    `错误 / error [${kind}]: ${fields.length > 0 ? '请求有误 / the request is refused' : told}`,
    ...fields.map(({ field, description }) => `  ${field}: ${description}`),
    ...Object.entries(details.metadata ?? {}).map(([name, value]) => `  ${name} = ${value}`),
  ];
  const advice = adviceFor(code, details.retryAfterMs);
  return { exitCode, lines: advice ? [...lines, `  ${advice}`] : lines };
}

function adviceFor(code: string, retryAfterMs: number | undefined): string | undefined {
  if (retryAfterMs !== undefined) {
    const seconds = Math.ceil(retryAfterMs / 1000);
    return `请在 ${seconds} 秒后重试 / try again in ${seconds} s`;
  }
  switch (code) {
    case 'UNAVAILABLE':
      return '请确认节点在运行、地址和证书无误 / check that the node runs, and address and certificates';
    case 'PERMISSION_DENIED':
    case 'UNAUTHENTICATED':
      return '请换用有此权限的身份：--as、--department，或 --cert 与 --key / use an identity that may: --as, --department, or --cert and --key';
    case 'DEADLINE_EXCEEDED':
      return '可用 --timeout 秒数 等待更久 / wait longer with --timeout';
    default:
      return undefined;
  }
}

type FileError = NodeJS.ErrnoException & { code: string };

const fileProblems: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['文件或文件夹不存在', 'no such file or folder'],
  EACCES: ['没有读写权限', 'permission denied'],
  EPERM: ['没有读写权限', 'permission denied'],
  EISDIR: ['是文件夹，不是文件', 'is a folder, not a file'],
  ENOTDIR: ['路径中有一段不是文件夹', 'not a folder'],
  EEXIST: ['已存在', 'exists already'],
  ENOTEMPTY: ['文件夹不为空', 'the folder is not empty'],
  ENOSPC: ['磁盘已满', 'the disk is full'],
  ENAMETOOLONG: ['文件名过长', 'the name is too long'],
  EINVAL: ['路径无效', 'not a path'],
  ERR_INVALID_ARG_VALUE: ['路径无效', 'not a path'],
};

function isFileError(error: unknown): error is FileError {
  return error instanceof Error && String((error as FileError).code) in fileProblems;
}

function fileProblem(error: FileError): string {
  const [zh, en] = fileProblems[error.code]!;
  return `${error.path ?? ''} ${zh} / ${en}`.trimStart();
}
