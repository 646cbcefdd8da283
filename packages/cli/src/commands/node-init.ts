import { readFile } from 'node:fs/promises';
import { initNode, initProvince, installBundle, layoutOf } from '@lianzheng/enrolment';
import type { Command, ExitCode, Invocation } from '../command.ts';
import { WrongUse } from '../failure.ts';
import { readText } from '../input.ts';
import { print, printJson, tell } from '../io.ts';
import { flag, option, repeated } from '../options.ts';

export const nodeInit: Command = {
  positionals: [],
  options: {
    dir: option('DIR', '节点的文件夹：新建时须为空', "the node's folder; empty when it is made"),
    node: option('CODE', '行政区划代码，6 位', 'division code'),
    name: option('NAME', '节点名称，如 云渡市', 'name of the node'),
    exchange: option(
      'HOST:PORT',
      '其他节点访问本节点 exchange 的地址',
      'where other nodes reach its exchange',
    ),
    host: repeated('NAME', '证书中另加的主机名或地址', 'a further host name or address in its certificates'),
    province: flag(
      '本节点是省级：建 CA 与离线根密钥',
      'this is the province: makes the CA and the offline root',
    ),
    'root-file': option(
      'FILE',
      '省级：离线根密钥写在哪里；须移到别处保管',
      'province: where the offline root is written, to be moved away',
    ),
    'root-passphrase-file': option(
      'FILE',
      '省级：离线根密钥的口令文件',
      'province: passphrase of the offline root',
    ),
    'passphrase-file': option(
      'FILE',
      '密钥库的口令文件，代替文件夹里的随机密钥',
      'passphrase of the keys, instead of a random secret in the folder',
    ),
    bundle: option('FILE', '装入省级签发的入网包', "install the province's bundle"),
    fingerprint: option(
      'HEX',
      '省级 CA 的指纹，经另一渠道核对',
      "fingerprint of the province's CA, compared over another channel",
    ),
    json: flag('输出 JSON', 'print JSON'),
  },
  notes: [
    [
      '地市入网三步：lz node init 建密钥与请求；省级 lz node bundle 登记并签发；lz node init --bundle 装入。',
      'Three steps: lz node init makes keys and request; at the province lz node bundle registers; lz node init --bundle installs.',
    ],
  ],
  examples: [
    'lz node init --dir /srv/lianzheng --node 440100 --name 云渡市 --exchange exchange.yundu.example:42104',
    'lz node init --dir /srv/lianzheng --bundle bundle.json --fingerprint 9f86d0…',
    'lz node init --province --dir /srv/lianzheng --node 440000 --name 南岭省 --exchange exchange.nanling.example:42007 --root-file /media/safe/root.pem',
  ],
  run(invocation) {
    const { flags } = invocation;
    flags.require('dir');
    if (flags.text('bundle') !== undefined) return install(invocation);
    flags.require('node', 'name', 'exchange');
    return flags.on('province') ? makeProvince(invocation) : makeCity(invocation);
  },
};

function initOptions({ flags, io }: Invocation) {
  const code = flags.text('node')!;
  const exchangeAddress = flags.text('exchange')!;
  const problems = [
    ...(/^[0-9]{6}$/.test(code)
      ? []
      : [`--node 应为 6 位区划代码 / must be a division code of 6 digits: ${code}`]),
    ...(/^.+:[0-9]{1,5}$/.test(exchangeAddress)
      ? []
      : [`--exchange 应为 主机:端口 / must be HOST:PORT: ${exchangeAddress}`]),
  ];
  if (problems.length > 0) throw new WrongUse(problems);
  return {
    dir: flags.text('dir')!,
    node: code,
    name: flags.text('name')!,
    exchangeAddress,
    now: io.now(),
    hosts: flags.list('host'),
    passphraseFile: flags.text('passphrase-file'),
  };
}

async function makeProvince(invocation: Invocation): Promise<ExitCode> {
  const { flags, io } = invocation;
  flags.require('root-file');
  const rootFile = flags.text('root-file')!;
  const passphraseFile = flags.text('root-passphrase-file');
  const rootPassphrase = passphraseFile && (await readFile(passphraseFile, 'utf8')).trim();
  if (!rootPassphrase) tell(io, '注意：离线根密钥没有加密 / mind: the offline root is not encrypted');
  const options = initOptions(invocation);
  const { fingerprint } = await initProvince({
    ...options,
    rootFile,
    rootPassphrase: rootPassphrase || undefined,
  });
  if (flags.on('json')) printJson(io, { dir: options.dir, node: options.node, fingerprint, rootFile });
  else {
    print(io, `已建立省级节点 ${options.node} / the province is made: ${options.dir}`);
    print(io, `CA 指纹，告知各地市 / the CA's fingerprint, to be told to the cities:\n  ${fingerprint}`);
    print(io, `请把离线根密钥移到别处保管 / move the offline root to a safe: ${rootFile}`);
  }
  return 0;
}

async function makeCity(invocation: Invocation): Promise<ExitCode> {
  const { flags, io } = invocation;
  const options = initOptions(invocation);
  const { fingerprint } = await initNode(options);
  const request = layoutOf(options.dir).requestFile;
  if (flags.on('json')) printJson(io, { dir: options.dir, node: options.node, request, fingerprint });
  else {
    print(io, `已建立节点 ${options.node} 的密钥 / keys are made: ${options.dir}`);
    print(io, `把这个文件交给省级 / send this to the province: ${request}`);
    print(
      io,
      `请求指纹，经另一渠道核对 / its fingerprint, to be compared over another channel:\n  ${fingerprint}`,
    );
  }
  return 0;
}

async function install({ flags, io }: Invocation): Promise<ExitCode> {
  const { node, province, fingerprint, trust } = await installBundle({
    dir: flags.text('dir')!,
    bundle: await readText(io, flags.text('bundle')!),
    fingerprint: flags.text('fingerprint'),
    now: io.now(),
    passphraseFile: flags.text('passphrase-file'),
  });
  if (flags.on('json')) printJson(io, { node, province, fingerprint, trust });
  else print(io, `节点 ${node} 已装入省级 ${province} 的入网包 / the bundle is installed`);
  if (trust === 'first-use')
    tell(
      io,
      `注意：首次信任此 CA，请核对指纹 / mind: this CA is trusted as it came, compare:\n  ${fingerprint}`,
    );
  return 0;
}
