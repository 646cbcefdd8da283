// Every command of scripts/lz against a running mesh, as processes, the way operators and departments call them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { residentNumberCheckDigit } from '@lianzheng/identifier';
import { LicenceStatus } from '@lianzheng/proto/exchange/v1/exchange';
import { type Mesh, seen, startMesh, waitUntil } from '../harness/index.ts';

const PROVINCE = '440000';
const HOME = '440100';
const OTHER = '440300';
const TYPE = '11440100YH00010374001';
const ISSUER = '11440100YH00010374';
const ROWS = 2_500;

const root = resolve(import.meta.dirname, '../..');
/** Nobody's: the county was never given out. */
const holderCode = `44519919850101001${residentNumberCheckDigit('44519919850101001')}`;
const asked = ['--case', 'CASE-1', '--officer', 'officer-1'];

let dir: string;
let mesh: Mesh;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lz-cli-e2e-'));
  mesh = await startMesh({ dir: join(dir, 'mesh'), nodes: [PROVINCE, HOME, OTHER] });
});

after(async () => {
  await mesh?.stop();
  await rm(dir, { recursive: true, force: true });
});

type Finished = { code: number | null; stdout: string; stderr: string };

function start(args: readonly string[]) {
  return spawn(join(root, 'scripts/lz'), args, {
    cwd: dir,
    env: { PATH: process.env.PATH, LZ_MESH: mesh.file },
  });
}

async function finished(child: ReturnType<typeof start>): Promise<Finished> {
  const result: Finished = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    result.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    result.stderr += chunk;
  });
  result.code = await new Promise((resolve) => child.once('close', resolve));
  return result;
}

const lz = (...args: string[]) => finished(start(args));

/** Ends with that code; what it printed. */
async function expectCode(code: number, ...args: string[]): Promise<Finished> {
  const result = await lz(...args);
  assert.equal(result.code, code, `lz ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  assert.doesNotMatch(result.stderr, /internal error|^\s+at /m);
  return result;
}

const json = async (code: number, ...args: string[]) =>
  JSON.parse((await expectCode(code, ...args, '--json')).stdout);

test('a node says how it is', async () => {
  const { services, logs } = await json(0, 'node', 'status', '--node', HOME);
  assert.deepEqual(
    services.map(({ health }: { health: string }) => health),
    Array(5).fill('SERVING'),
  );
  assert.deepEqual(
    logs.map(({ log }: { log: string }) => log),
    ['status', 'catalog', 'access'],
  );
  await expectCode(0, 'node', 'status', '--dir', join(dir, 'mesh', HOME));
});

test('links are shown, and watched until Ctrl-C', async () => {
  const fresh = await waitUntil(
    async () => {
      const { code, stdout } = await lz('links', '--node', OTHER, '--json');
      return code === 0 && stdout;
    },
    { timeoutMs: 60_000, what: 'links that are good' },
  );
  const { node, links } = JSON.parse(fresh);
  assert.equal(node, OTHER);
  assert.deepEqual(links.map((link: { node: string }) => link.node).sort(), [PROVINCE, HOME]);
  assert.match((await lz('links', '--node', OTHER)).stdout, new RegExp(`${HOME} .*status`));

  const watching = start(['links', '--watch', '--json', '--node', PROVINCE]);
  watching.stdout.once('data', () => watching.kill('SIGINT'));
  const { code, stdout } = await finished(watching);
  assert.ok(code === 0 || code === 1, 'by what it saw last, not by the signal');
  for (const line of stdout.trim().split('\n')) assert.equal(JSON.parse(line).node, PROVINCE);
});

test('paper stock is generated and imported, killed and gone on with, twice without effect', async () => {
  const file = join(dir, 'stock.csv');
  await expectCode(
    0,
    'generate',
    'stock',
    '--type',
    TYPE,
    '--count',
    `${ROWS}`,
    '--broken',
    '0.02',
    '--out',
    file,
  );
  const args = ['import', file, '--node', HOME, ...asked];
  const first = start(args);
  const killed = new Promise((resolve) => first.once('close', resolve));
  const part = `${file}.result.csv.part`;
  // The journal has its second line once the first batch was answered.
  while (!(await readFile(part, 'utf8').catch(() => '')).includes('"rows"') && first.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  first.kill('SIGKILL');
  await killed;

  const { job } = await json(1, ...args);
  const failed = Number(job.failed);
  assert.deepEqual([Number(job.rowsTaken), Number(job.issued) + failed, job.finished], [ROWS, ROWS, true]);
  assert.ok(failed > 10);
  const result = (await readFile(`${file}.result.csv`, 'utf8')).trim().split('\r\n').slice(1);
  const lines = new Set(result.map((line) => line.split(',')[0]));
  assert.equal(lines.size, failed, 'every failed row is in the result file');
  assert.equal(new Set(result).size, result.length, 'and each of its errors once');
  await assert.rejects(readFile(part));

  assert.deepEqual((await json(1, ...args)).job, job);
  // The same rows in another file are another job, and change nothing either.
  const again = join(dir, 'again.csv');
  await writeFile(again, `${await readFile(file, 'utf8')}\n`);
  const second = await json(1, 'import', again, '--node', HOME, ...asked);
  assert.deepEqual([second.job.issued ?? '0', Number(second.job.unchanged)], ['0', ROWS - failed]);
});

test('JSON Lines are imported', async () => {
  const file = join(dir, 'stock.jsonl');
  await expectCode(
    0,
    'generate',
    'stock',
    '--type',
    TYPE,
    '--count',
    '50',
    '--seed',
    '2',
    '--format',
    'jsonl',
    '--out',
    file,
  );
  const { job } = await json(0, 'import', file, '--node', HOME, ...asked);
  assert.deepEqual([job.issued, job.failed], ['50', undefined]);
});

const data = ({ number = 'GJJ202687654321', balance = '36.00' } = {}) => ({
  typeCode: TYPE,
  licenceNumber: number,
  issuedOn: day(-2),
  validFrom: day(-2),
  validTo: day(30),
  holders: [{ name: '李宁澄', codeKind: '111', code: holderCode }],
  items: {
    ...{ employer: '皓禾槿厂', accountStatus: '正常', accountOpenedOn: '2001-04-11', paidUpTo: '2026-10' },
    ...{ monthlyContribution: '869.9', contributionBase: '7400', contributionRatio: '12' },
    ...{ continuousMonths: '70', balance },
  },
});

function day(fromNow: number): string {
  return new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
}

test('a licence lives its life by the command line', async () => {
  const file = join(dir, 'request.json');
  await writeFile(file, JSON.stringify({ data: data() }));
  const who = ['--node', HOME, '--department', ISSUER];
  const issueArgs = [
    'issue',
    '--file',
    file,
    ...who,
    ...asked,
    '--request-id',
    'cli-1',
    '--decided-at',
    day(-1),
  ];
  const { licence } = await json(0, ...issueArgs);
  const { identifier, jws } = licence;
  assert.equal((await json(0, ...issueArgs)).licence.identifier, identifier, 'the same request again');
  const reused = await expectCode(1, ...issueArgs, '--item', 'balance=37.00');
  assert.match(reused.stderr, /ALREADY_EXISTS REQUEST_ID_REUSED\]: 请求号已用于另一请求/);

  await seen(mesh, OTHER, identifier, LicenceStatus.VALID);
  const document = join(dir, 'licence.jws');
  await writeFile(document, `${jws}\n`);
  const verifyArgs = ['verify', identifier, '--node', OTHER, ...asked];
  const proved = await expectCode(0, ...verifyArgs, '--proof', '--document', document);
  assert.match(proved.stdout, /有效 VALID[\s\S]*一致 matches[\s\S]*成立 holds/);
  await writeFile(document, `${jws.slice(0, -1)}x`);
  assert.match((await expectCode(1, ...verifyArgs, '--document', document)).stderr, /文件与证照不符/);
  assert.equal((await json(0, ...verifyArgs, '--max-staleness', '0')).freshness.fromHome, true);
  assert.equal((await json(1, ...verifyArgs, '--as-of', day(-10))).outcome, 'OUTCOME_NOT_FOUND');

  const changed = await json(
    0,
    'change',
    identifier,
    '--item',
    'balance=40.50',
    '--reason',
    'ITEM_CHANGED',
    ...asked,
  );
  const now = changed.licence.identifier;
  assert.deepEqual([changed.licence.version, changed.licence.data.items.balance], [2, '40.50']);
  assert.equal(changed.licence.data.items.employer, '皓禾槿厂');
  const states: [string[], string][] = [
    [['suspend', now, '--reason', 'INVESTIGATION'], 'SUSPENDED'],
    [['resume', now, '--reason', 'GROUNDLESS'], 'IN_FORCE'],
    [['renew', now, '--valid-from', day(31), '--valid-to', day(90)], 'IN_FORCE'],
  ];
  let newest = now;
  for (const [args, state] of states) {
    const answer = await json(0, ...args, ...asked);
    assert.equal(answer.licence.state, `LICENCE_STATE_${state}`);
    newest = answer.licence.identifier;
  }
  const revoked = await json(0, 'revoke', newest, '--kind', '吊销', '--reason', 'PENALTY', ...asked);
  assert.equal(revoked.licence.state, 'LICENCE_STATE_REVOKED');
  assert.match(
    (await expectCode(1, 'resume', newest, '--reason', 'RECTIFIED', ...asked)).stderr,
    /STATE_FORBIDS/,
  );
  await seen(mesh, OTHER, newest, LicenceStatus.REVOKED);
  assert.match((await expectCode(1, 'verify', newest, '--node', OTHER, ...asked)).stdout, /已吊销 REVOKED/);
  await expectCode(0, 'void', newest, '--reason', 'MADE_IN_ERROR', ...asked);

  await writeFile(file, JSON.stringify({ data: data({ number: 'GJJ202687654322' }) }));
  const other = await json(0, 'issue', '--file', file, ...who, ...asked);
  await expectCode(0, 'cancel', other.licence.identifier, '--reason', 'HOLDER_REQUEST', ...asked);
});

test('a refused request names its fields and who may', async () => {
  const refused = await expectCode(
    2,
    'issue',
    '--type',
    TYPE,
    '--department',
    ISSUER,
    '--node',
    HOME,
    ...asked,
  );
  assert.match(refused.stderr, /\n {2}data\.licence_number: /);
  assert.match(refused.stderr, /request id: [0-9a-f-]{36}/);
  assert.match(
    (await expectCode(1, 'links', '--as', 'using', '--node', HOME)).stderr,
    /PERMISSION_DENIED[\s\S]*--as/,
  );
});

test('a holder’s licences are found for a matter', async () => {
  const matter = ['--department', '11440100YH0001045Y', '--matter', '11440100YH0001045Y3442094001000'];
  const holder = ['--code-kind', '111', '--code', holderCode, '--type', TYPE];
  const { licences } = await json(0, 'find', '--node', HOME, ...matter, ...holder, ...asked);
  // The one that was voided and the one that was cancelled.
  const statuses = licences.map(({ status }: { status: string }) => status.replace('LICENCE_STATUS_', ''));
  assert.deepEqual(statuses.sort(), ['CANCELLED', 'VOID']);
  const refused = await expectCode(2, 'find', '--node', HOME, ...holder, ...asked);
  assert.match(refused.stderr, /\n {2}matter_code: /);
});

test('logs are shown, proved, checked, exported and carried', async () => {
  const shown = await expectCode(0, 'log', 'show', HOME, 'status', '--from', '0', '--limit', '3', '--json');
  const sequences = shown.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).sequence);
  assert.deepEqual(sequences, ['0', '1', '2']);
  await expectCode(0, 'log', 'show', HOME, 'catalog', '--node', OTHER);
  await expectCode(0, 'log', 'show', HOME, 'access', '--as', 'auditor');

  const keys = join(dir, 'mesh', OTHER, 'trust.json');
  assert.match(
    (await expectCode(0, 'log', 'prove', HOME, 'status', '1', '--node', PROVINCE, '--keys', keys)).stdout,
    /成立/,
  );
  await expectCode(2, 'log', 'prove', HOME, 'status', '99999999');
  for (const [owner, log, node] of [
    [HOME, 'status', OTHER],
    [HOME, 'status', HOME],
    [PROVINCE, 'catalog', HOME],
    [HOME, 'access', HOME],
  ] as const) {
    const report = await json(0, 'log', 'check', owner, log, '--node', node, '--keys', keys);
    assert.deepEqual([report.ok, report.faults], [true, []]);
    if (log === 'status') assert.deepEqual([report.size > 2_000, report.holders.missing], [true, 0]);
  }

  const folder = join(dir, 'export');
  await expectCode(0, 'log', 'export', HOME, 'status', folder, '--node', OTHER, '--keys', keys);
  const offline = await json(0, 'log', 'check', folder, '--keys', join(folder, 'keys.json'));
  assert.equal(offline.ok, true);
  await expectCode(2, 'log', 'export', HOME, 'status', folder);
  const { body } = JSON.parse(shown.stdout.split('\n')[0]!);
  const proof = ['--proof', '--keys', join(folder, 'keys.json')];
  assert.match(
    (await lz('verify', body.identifier, '--node', OTHER, ...proof, ...asked)).stdout,
    /成立 holds/,
  );

  const file = join(dir, 'log.lzsnap');
  await expectCode(0, 'snapshot', 'save', HOME, 'status', file, '--node', PROVINCE);
  await expectCode(0, 'log', 'check', file, '--keys', join(folder, 'keys.json'));
  const { verifiedSize } = await json(0, 'snapshot', 'load', file, '--node', OTHER);
  assert.ok(Number(verifiedSize) >= offline.size);
});

test('nobody answers: exit code 3', async () => {
  const file = join(dir, 'dead.json');
  const content = JSON.parse(await readFile(mesh.file, 'utf8'));
  const absolute = (path: string) => join(mesh.dir, path);
  content.ca = absolute(content.ca);
  for (const caller of Object.values(content.callers).flat() as { cert: string; key: string }[]) {
    caller.cert = absolute(caller.cert);
    caller.key = absolute(caller.key);
  }
  for (const node of content.nodes) node.services.exchange.address = '127.0.0.1:1';
  await writeFile(file, JSON.stringify(content));
  const { code, stderr } = await finished(start(['links', '--mesh', file]));
  assert.deepEqual([code, /UNAVAILABLE/.test(stderr)], [3, true], stderr);
  // Another service's certificate is nobody's either: the node expects to meet exchange.
  for (const node of content.nodes) node.services.exchange.address = node.services.audit.address;
  await writeFile(file, JSON.stringify(content));
  assert.equal((await finished(start(['links', '--mesh', file]))).code, 3);
});

test('the page for department developers: issue and verify', async () => {
  const run = async (name: string, ...args: string[]) => {
    const program = join(root, 'e2e/example', name);
    return finished(
      spawn(process.execPath, [program, ...args], { env: { ...process.env, LZ_MESH: mesh.file } }),
    );
  };
  const issued = await run('issue.ts');
  assert.equal(issued.code, 0, issued.stderr);
  const identifier = issued.stdout.trim();
  await seen(mesh, OTHER, identifier, LicenceStatus.VALID);
  const verified = await run('verify.ts', identifier);
  assert.deepEqual([verified.code, /有效 \/ valid/.test(verified.stdout)], [0, true], verified.stderr);
  assert.equal((await run('verify.ts', '1.2.3')).code, 1);
});

test('a new node is enrolled by three commands', async () => {
  const city = join(dir, '440500');
  const province = join(dir, 'mesh', PROVINCE);
  const at = ['--name', '澜洲市', '--exchange', 'localhost:42504'];
  const { request, fingerprint } = await json(0, 'node', 'init', '--dir', city, '--node', '440500', ...at);
  assert.equal((await lz('node', 'status', '--dir', city)).code, 1, 'not enrolled yet');
  const bundle = join(dir, 'bundle.json');
  const make = ['node', 'bundle', '--csr', request, '--dir', province, '--out', bundle];
  assert.match((await expectCode(2, ...make)).stderr, /missing --fingerprint/);
  await expectCode(2, ...make, '--fingerprint', '00');
  await expectCode(0, ...make, '--fingerprint', fingerprint);
  assert.match(
    (await expectCode(0, 'node', 'init', '--dir', city, '--bundle', bundle)).stderr,
    /首次信任此 CA/,
  );
  await expectCode(1, 'node', 'init', '--dir', city, '--bundle', bundle, '--fingerprint', '00');
  await expectCode(0, 'node', 'status', '--dir', city);
});
