import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import {
  collectSnapshot,
  EnrolmentError,
  makeBundle,
  parseRequest,
  readNodeIdentity,
  registryObjects,
  requestFingerprint,
} from '@lianzheng/enrolment';
import { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import { LogServiceService } from '@lianzheng/proto/log/v1/log';
import type { Command } from '../command.ts';
import { WrongUse } from '../failure.ts';
import { readText } from '../input.ts';
import { print, printJson } from '../io.ts';
import { connectionOptions, jsonOption, option, repeated } from '../options.ts';
import { type Session, withSession } from '../session.ts';

/** From the row's commit to a checkpoint over it. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 250;

export const nodeBundle: Command = {
  positionals: [],
  options: {
    csr: option('FILE', '地市的 request.json', "the city's request.json"),
    fingerprint: option(
      'HEX',
      '请求指纹，经另一渠道从地市得到',
      "the request's fingerprint, had from the city over another channel",
    ),
    dir: option('DIR', '省级节点的文件夹', "the province's folder"),
    out: option(
      'FILE',
      '入网包写到哪里，默认 bundle.json',
      'where the bundle is written, bundle.json by default',
    ),
    host: repeated(
      'NAME',
      '证书中另许可的主机名或地址',
      'a further host name or address that its certificates may bear',
    ),
    'passphrase-file': option('FILE', '省级密钥库的口令文件', "passphrase of the province's keys"),
    ...jsonOption,
    ...connectionOptions,
  },
  notes: [
    [
      '省级节点须在运行；以运维身份登记节点与公钥，等目录日志的检查点覆盖后签发。',
      'The province must be running: node and keys are registered as operator, then the bundle is made once a checkpoint covers them.',
    ],
  ],
  examples: [
    'lz node bundle --csr request.json --fingerprint 9f86d0… --dir /srv/lianzheng --out bundle.json',
  ],
  async run(invocation) {
    const { flags, io } = invocation;
    flags.require('csr', 'dir');
    const text = await readText(io, flags.text('csr')!);
    const request = parseRequest(text);
    requireFingerprint(flags.text('fingerprint'), requestFingerprint(text));
    const dir = flags.text('dir')!;
    const { node: province } = await readNodeIdentity(dir);
    const out = flags.text('out') ?? 'bundle.json';
    return withSession(invocation, { role: 'operator', node: province }, async (session) => {
      const catalogue = session.client('catalog', CatalogServiceService);
      for (const object of registryObjects(request))
        await catalogue.putRegistryObject({ object }, session.call);
      const bundle = await oncePublished(() =>
        makeBundle({
          province: { dir, passphraseFile: flags.text('passphrase-file') },
          request: text,
          catalogue: () => snapshotOf(session, province),
          now: io.now(),
          hosts: flags.list('host'),
        }),
      );
      await writeFile(out, bundle);
      if (flags.on('json')) printJson(io, { node: request.node, province, bundle: out });
      else print(io, `已登记节点 ${request.node}，入网包 / the node is registered, its bundle: ${out}`);
      return 0;
    });
  },
};

function requireFingerprint(given: string | undefined, found: string): void {
  if (given?.toLowerCase().replaceAll(':', '') === found) return;
  const advice = `请向地市核对后再给 --fingerprint ${found} / compare it with the city first`;
  if (given === undefined) throw new WrongUse('缺少 --fingerprint / missing --fingerprint', advice);
  throw new WrongUse(`请求的指纹不符 / the fingerprint does not fit: ${given}`, advice);
}

function snapshotOf(session: Session, province: string) {
  const log = { node: province, log: 'catalog', generation: 0 };
  return collectSnapshot(
    session.client('catalog', LogServiceService).getSnapshot({ log, from: 0n }, session.stream),
  );
}

async function oncePublished(make: () => Promise<string>): Promise<string> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await make();
    } catch (error) {
      const early = error instanceof EnrolmentError && error.code === 'unregistered';
      if (!early || performance.now() - startedMs > PATIENCE_MS) throw error;
      await wait(PAUSE_MS);
    }
  }
}
