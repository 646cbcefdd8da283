import type { Option, Options } from './command.ts';

export function option(value: string, zh: string, en: string): Option {
  return { type: 'string', value, words: [zh, en] };
}

export function flag(zh: string, en: string): Option {
  return { type: 'boolean', words: [zh, en] };
}

/** A flag that may be given several times. */
export function repeated(value: string, zh: string, en: string): Option {
  return { ...option(value, zh, en), multiple: true };
}

export const jsonOption: Options = {
  json: flag('输出 RPC 应答的 JSON，一行一个对象', "the RPC's response as proto3 JSON, one object a line"),
};

/** Every command that calls a node has these. */
export const connectionOptions: Options = {
  mesh: option(
    'FILE',
    '运行中系统的地址与身份，默认 var/mesh/mesh.json',
    'addresses and identities of a running system',
  ),
  node: option('CODE', '节点的行政区划代码', 'division code of the node'),
  as: option(
    'ROLE',
    '身份：issuing 制发、using 用证、managing 管理、auditor 审计、operator 运维',
    'who calls',
  ),
  department: option(
    'CODE',
    '部门的统一社会信用代码（同一身份有多个部门时）',
    'credit code, where several departments have the role',
  ),
  cert: option('FILE', '自己的证书（PEM），代替 --as', 'own certificate (PEM), instead of --as'),
  key: option('FILE', '证书的私钥（PEM）', 'its private key (PEM)'),
  ca: option(
    'FILE',
    'CA 证书（PEM），代替 mesh.json 中的',
    "CA certificate (PEM), instead of the mesh file's",
  ),
  address: repeated(
    '[SERVICE=]HOST:PORT',
    '服务地址，不用 mesh.json',
    'address of a service, without a mesh file',
  ),
  timeout: option('SECONDS', '每次调用最多等待的秒数，默认 30', 'longest wait for a call, 30 by default'),
};

export const fileOption: Options = {
  file: option(
    'FILE',
    '请求的 JSON（proto3 JSON），- 为标准输入；选项优先于文件',
    'the request as proto3 JSON, - for standard input; flags count over it',
  ),
};

/** Of every command that changes a licence. */
export const headerOptions: Options = {
  case: option('NUMBER', '办件编号', 'case number'),
  officer: option('NAME', '经办人账号', "officer's account"),
  'request-id': option(
    'ID',
    '请求编号，同一编号重复发送不会重复办理；默认随机',
    'idempotency key, random by default',
  ),
  'decided-at': option('TIME', '决定时间，默认现在', 'when it was decided, now by default'),
};
