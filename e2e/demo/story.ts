import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import { LicenceStatus, type VerifyLicenceResponse } from '@lianzheng/proto/exchange/v1/exchange';
import { RevocationKind } from '@lianzheng/proto/issuance/v1/issuance';
import { type Mesh, waitUntil } from '../harness/index.ts';
import { sampleLicence } from '../harness/licence.ts';
import type { createTeller, NodeRoots } from './report.ts';

const HOME = '440100';
const OTHER = '440300';
const PROVINCE = '440000';
const TYPE_NAME = '食品经营许可证';
const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

type Teller = Pick<ReturnType<typeof createTeller>, 'step'>;

/** The story of the demo, step by step on a running mesh; throws at the first step that does not hold. */
export async function tell(mesh: Mesh, { step }: Teller, rows: number): Promise<void> {
  const catalogue = await readCatalogue();
  const type = catalogue.nodes.flatMap((node) => node.licenceTypes).find(({ name }) => name === TYPE_NAME)!;
  const issuer = issuerOf(HOME);
  let identifier = '';
  let meanwhile = '';

  await step('catalogue', '目录：证照类型、事项、部门 the catalogue reaches every city', async () => {
    const counts = await Promise.all(
      [PROVINCE, HOME, OTHER].map(async (node) => {
        const { objects } = await mesh
          .clients(node, 'using')
          .catalog.listObjects({ kind: 16, node: '', allVersions: false });
        return objects.length;
      }),
    );
    return `各节点可见的证照类型 types known: ${counts.join(', ')}`;
  });

  await step('import', `两市各导入 ${rows} 份存量纸证 paper stock imported in each city`, async () => {
    const told = await Promise.all([HOME, OTHER].map((node) => importStock(node)));
    return told.join('; ');
  });

  await step('issue', `${HOME} 窗口签发 issued at the counter`, async () => {
    identifier = await issue(`counter-${Date.now()}`);
    return identifier;
  });

  await step('seen-city', `${OTHER} 查验 verified in the other city`, () => seen(OTHER, LicenceStatus.VALID));
  await step('seen-province', '省节点查验 verified at the province', () =>
    seen(PROVINCE, LicenceStatus.VALID),
  );

  const { issuance } = mesh.clients(HOME, 'issuing');
  await step('suspend', '暂扣 suspended', async () => {
    await issuance.suspendLicence({ header: header('suspend'), identifier, reasonCode: 'INVESTIGATION' });
    return seen(OTHER, LicenceStatus.SUSPENDED);
  });
  await step('resume', '发还 resumed', async () => {
    await issuance.resumeLicence({ header: header('resume'), identifier, reasonCode: 'GROUNDLESS' });
    return seen(OTHER, LicenceStatus.VALID);
  });
  await step('revoke', '吊销 revoked', async () => {
    const kind = RevocationKind.REVOKE;
    await issuance.revokeLicence({
      header: header('revoke'),
      identifier,
      kind,
      reasonCode: 'SERIOUS_BREACH',
    });
    return seen(OTHER, LicenceStatus.REVOKED);
  });

  await step('cut', `断开 ${HOME} 的全部链路 ${HOME} is cut off`, async () => {
    await mesh.cut(HOME);
    return 'Kafka 与 gRPC 均断开 Kafka and gRPC both';
  });
  await step('issue-while-cut', '断开期间照常签发 it goes on issuing', async () => {
    meanwhile = await issue(`cut-${Date.now()}`);
    const own = await verify(HOME, meanwhile, 10_000);
    expect(
      own.status === LicenceStatus.VALID && own.freshness?.fromHome === true,
      `home says ${statusName(own)}`,
    );
    return `${meanwhile}，本节点查验 at home ${statusName(own)}`;
  });
  await step('answers-while-cut', '其他节点如何回答 how the others answer', async () => {
    const stale = await waitUntil(
      async () => {
        const answer = await verify(OTHER, identifier, 3_000);
        return answer.freshness?.fresh === false ? answer : undefined;
      },
      { timeoutMs: 30_000, what: 'a stale answer' },
    );
    const { ageMs, staleReason } = stale.freshness!;
    return `${statusName(stale)}，已知截至 ${Number(ageMs) / 1_000} s 前（${staleReason}）known up to ${Number(ageMs) / 1_000} s ago`;
  });
  await step('heal', '恢复链路 the link is healed', async () => {
    await mesh.heal(HOME);
    return seen(OTHER, LicenceStatus.VALID, meanwhile, 60_000);
  });

  async function importStock(node: string): Promise<string> {
    const { code } = issuerOf(node);
    const file = path.join(mesh.dir, `stock-${node}.csv`);
    const lz = (...args: string[]) =>
      run(path.join(root, 'scripts/lz'), args, { maxBuffer: 64 << 20 }).then(({ stdout }) => stdout);
    const common = ['--mesh', mesh.file, '--node', node];
    await lz(
      'generate',
      'stock',
      ...common,
      '--as',
      'issuing',
      '--type',
      type.code,
      '--issuer',
      code,
      '--count',
      String(rows),
      '--seed',
      node,
      '--out',
      file,
    );
    await lz(
      'import',
      file,
      ...common,
      '--as',
      'issuing',
      '--request-id',
      `stock-${node}`,
      '--case',
      'STOCK-2026',
      '--officer',
      'demo',
    );
    return `${node}: ${rows}`;
  }

  async function issue(seed: string): Promise<string> {
    const data = sampleLicence(type, issuer, seed, new Date());
    const { licence } = await mesh
      .clients(HOME, 'issuing')
      .issuance.issueLicence({ header: header(seed), data });
    return licence!.identifier;
  }

  function verify(node: string, id: string, maxStalenessMs: number): Promise<VerifyLicenceResponse> {
    return mesh.clients(node, 'using').exchange.verifyLicence({
      identifier: id,
      document: undefined,
      asOf: undefined,
      knownAt: undefined,
      maxStalenessMs,
      withProof: false,
      caseNumber: 'DEMO-1',
      matterCode: '',
      officer: 'demo',
    });
  }

  /** Waits until a node answers so from its own replica. */
  async function seen(
    node: string,
    status: LicenceStatus,
    id = identifier,
    timeoutMs = 30_000,
  ): Promise<string> {
    const started = performance.now();
    const answer = await waitUntil(
      async () => {
        const found = await verify(node, id, 10_000);
        return found.status === status && found.freshness?.fresh ? found : undefined;
      },
      { timeoutMs, what: `${id} at ${node}`, everyMs: 10 },
    );
    return `${node}: ${statusName(answer)}，${Math.round(performance.now() - started)} ms`;
  }

  function issuerOf(node: string) {
    const departments = catalogue.nodes.find((it) => it.node === node)!.departments;
    const { code, name } = mesh.issuerOf(node, departments);
    return { code, name };
  }
}

/** All copies of every log have the owner's root. */
export async function compareRoots(mesh: Mesh, { step }: Teller): Promise<NodeRoots[]> {
  let nodes: NodeRoots[] = [];
  await step('roots', '所有节点上所有日志的根一致 every copy of every log has its owner’s root', async () => {
    nodes = await mesh.rootsAgree();
    const sizes = nodes[0]!.logs.map(({ owner, log, size }) => `${owner}/${log} ${size}`);
    return sizes.join(', ');
  });
  return nodes;
}

let commands = 0;
function header(what: string) {
  commands += 1;
  const caseNumber = `CASE-${what}`.slice(0, 64);
  return {
    requestId: `demo-${Date.now()}-${commands}`,
    caseNumber,
    officer: 'demo',
    decidedAt: new Date(Date.now() - 1_000),
  };
}

function statusName({ status }: VerifyLicenceResponse): string {
  return Object.entries(LicenceStatus).find(([, value]) => value === status)?.[0] ?? String(status);
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
