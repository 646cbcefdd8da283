import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsIdentity } from '@lianzheng/rpc';
import { WrongUse } from './failure.ts';
import type { Flags } from './flags.ts';
import type { Io } from './io.ts';
import {
  type Address,
  type Caller,
  type Mesh,
  type MeshNode,
  ROLES,
  type Role,
  readMesh,
  SERVICES,
  type ServiceName,
} from './mesh.ts';
import type { SessionOptions } from './session.ts';

/** Which node is asked, at which addresses, and as whom: from the flags, else from mesh.json. */
export type Target = {
  /** Division code; '' where only an address was given. */
  readonly node: string;
  readonly identity: TlsIdentity;
  /** Throws WrongUse where none is known. */
  addressOf(service: ServiceName): Address;
};

/** Throws WrongUse that says what is missing. */
export async function findTarget(flags: Flags, io: Io, options: SessionOptions): Promise<Target> {
  const given = addresses(flags.list('address'));
  const direct = given.size > 0;
  if (direct) flags.require('ca', 'cert', 'key');
  const mesh = direct ? undefined : await runningMesh(flags, io);
  const found = mesh && choose(mesh, flags, io, options);
  const identity = await readIdentity(flags, mesh, found?.caller);
  const node = found?.node.node ?? flags.text('node') ?? '';
  return {
    node,
    identity,
    addressOf(service) {
      const address = found?.node.services[service] ?? given.get(service) ?? given.get('');
      if (address) return address;
      throw new WrongUse(
        `不知道 ${service} 的地址 / no address of ${service}`,
        `--address ${service}=HOST:PORT`,
      );
    },
  };
}

async function runningMesh(flags: Flags, io: Io): Promise<Mesh> {
  const file = flags.text('mesh') ?? io.env.LZ_MESH;
  if (file !== undefined) return readMesh(io, file);
  const byDefault = join(io.root, 'var/mesh/mesh.json');
  return readMesh(io, byDefault).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new WrongUse(
      `没有 ${byDefault}：没有运行中的演示系统 / no demo is running`,
      '请给 --mesh FILE，或 --address、--ca、--cert、--key；演示由 scripts/demo 启动 / give --mesh, or --address with --ca, --cert, --key',
    );
  });
}

/** By service; '' for whichever is called. */
function addresses(list: readonly string[]): ReadonlyMap<string, Address> {
  const entries = list.map((text): [string, Address] => {
    const [, service = '', address] = /^(?:([a-z]+)=)?(.+:[0-9]{1,5})$/.exec(text) ?? [];
    if (!address || (service && !SERVICES.includes(service as ServiceName))) {
      throw new WrongUse(`--address 应为 [服务=]主机:端口 / must be [SERVICE=]HOST:PORT: ${text}`);
    }
    return [service, { address }];
  });
  return new Map(entries);
}

type Chosen = { node: MeshNode; caller: Caller | undefined };

function choose(mesh: Mesh, flags: Flags, io: Io, options: SessionOptions): Chosen {
  const role = roleOf(flags, options.role);
  const wanted = flags.text('node') ?? io.env.LZ_NODE ?? options.node;
  const department = flags.text('department') ?? options.department;
  const own = flags.text('cert') !== undefined;
  const callers = mesh.callers[role].filter(({ node }) => wanted === undefined || node === wanted);
  const caller =
    callers.find((one) => one.department === department) ??
    (flags.text('department') ? undefined : callers[0]);
  const code = wanted ?? caller?.node ?? mesh.nodes[0]?.node;
  const node = mesh.nodes.find((one) => one.node === code);
  const known = mesh.nodes.map((one) => one.node).join('、');
  if (!node) throw new WrongUse(`没有节点 ${code} / no such node`, `${mesh.file}: ${known}`);
  if (!caller && !own) {
    throw new WrongUse(
      `${mesh.file} 中没有节点 ${code} 的 ${role} 身份${department ? ` ${department}` : ''} / has no such caller of that node`,
      '请用 --as、--department，或 --cert 与 --key / use --as, --department, or --cert and --key',
    );
  }
  return { node, caller: own ? undefined : caller };
}

function roleOf(flags: Flags, byDefault: Role): Role {
  const text = flags.text('as') ?? byDefault;
  const role = ROLES.find((one) => one === text);
  if (role) return role;
  throw new WrongUse(`--as 应为 / must be one of ${ROLES.join(', ')}: ${text}`);
}

async function readIdentity(
  flags: Flags,
  mesh: Mesh | undefined,
  caller: Caller | undefined,
): Promise<TlsIdentity> {
  if (flags.text('cert') || flags.text('key')) flags.require('cert', 'key');
  const files = [
    flags.text('ca') ?? mesh?.ca,
    flags.text('cert') ?? caller?.cert,
    flags.text('key') ?? caller?.key,
  ];
  const [ca, cert, key] = await Promise.all(files.map((file) => readFile(file!, 'utf8')));
  for (const [i, text] of [ca, cert, key].entries()) {
    if (!/-----BEGIN [A-Z ]+-----/.test(text!)) throw new WrongUse(`${files[i]} 不是 PEM / is not PEM`);
  }
  return { ca: ca!, cert: cert!, key: key! };
}
