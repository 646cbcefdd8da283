// The keys of a node with the real signature service in front of them.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createAuthority, issueCertificate, makeRequest } from '@lianzheng/certificate';
import { readSecret } from '@lianzheng/cipher';
import { createKeystore, createMemory } from '@lianzheng/keystore';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { connect, createClient, type TlsIdentity } from '@lianzheng/rpc';
import { createLogger, testClock } from '@lianzheng/runtime';
import { readConfig, start } from '@lianzheng/signature';
import { type CheckpointSigner, signerFrom } from '../src/index.ts';

export const node = '440300';
export const begun = new Date('2026-03-01T08:00:00.000Z');
export const silent = createLogger({ service: 'log test', node, level: 'silent' });

const authority = await createAuthority({ commonName: 'Lianzheng test CA', days: 30, now: new Date() });

export async function identityOf(kindAndId: string): Promise<TlsIdentity> {
  const uri = `lianzheng://${node}/${kindAndId}`;
  const names = { commonName: kindAndId, uri, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const { csrPem, keyPem } = await makeRequest(names);
  const issued = { days: 10, now: new Date(), kind: 'service', allow: names } as const;
  return { ca: authority.certPem, cert: await issueCertificate(authority, csrPem, issued), key: keyPem };
}

const [serverTls, issuanceTls, operatorTls] = await Promise.all(
  ['service/signature', 'service/issuance', 'operator/ops'].map(identityOf),
);

export type SignatureNode = Awaited<ReturnType<typeof signatureNode>>;

/** Keys and empty memory of a status log; `secretFile` opens them. */
async function enrol(folder: string) {
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, randomBytes(32));
  const keystore = await createKeystore(join(folder, 'keys'), await readSecret({ secretFile }));
  await keystore.addKey({ purpose: 'log:status', name: `lianzheng/${node}/status/1`, createdAt: begun });
  await createMemory(join(folder, 'memory'), `lianzheng/${node}/status/1`);
  const env: Record<string, string> = {
    LZ_NODE: node,
    LZ_SIGNATURE_ADDRESS: '127.0.0.1:0',
    LZ_AUDIT_ADDRESS: '127.0.0.1:1',
    LZ_KEYSTORE: join(folder, 'keys'),
    LZ_MEMORY: join(folder, 'memory'),
    LZ_KEY_SECRET_FILE: secretFile,
    LZ_OPERATORS: `lianzheng://${node}/operator/ops`,
    LZ_LOG_LEVEL: 'silent',
  };
  for (const [name, pem] of Object.entries({
    CA: serverTls!.ca,
    CERT: serverTls!.cert,
    KEY: serverTls!.key,
  })) {
    env[`LZ_TLS_${name}`] = join(folder, `${name}.pem`);
    await writeFile(join(folder, `${name}.pem`), pem);
  }
  return env;
}

/** A signature service with its folders; both end with the test file. */
export async function signatureNode() {
  const folder = await mkdtemp(join(tmpdir(), 'lz-log-'));
  const env = await enrol(folder);
  const memoryFile = join(folder, 'memory', `lianzheng.${node}.status.1.memory`);
  let running = await open();

  async function open() {
    const service = await start(readConfig(env), { clock: testClock(begun), logger: silent });
    const client = (tls: TlsIdentity) => {
      const channel = connect({
        address: service.address,
        tls,
        expect: `lianzheng://${node}/service/signature`,
      });
      return { channel, calls: createClient(SignatureServiceService, channel) };
    };
    const issuance = client(issuanceTls!);
    const operator = client(operatorTls!);
    async function stop() {
      issuance.channel.close();
      operator.channel.close();
      await service.stop();
    }
    return { signer: signerFrom(issuance.calls), operator: operator.calls, stop };
  }

  async function stopped(work: () => Promise<void>) {
    await running.stop();
    await work();
    running = await open();
  }

  after(async () => {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    /** Of the service that runs now. */
    signer: (): CheckpointSigner => running.signer,
    loseMemory: () => stopped(() => rm(memoryFile)),
    readMemory: () => readFile(memoryFile),
    putMemory: (bytes: Buffer) => stopped(() => writeFile(memoryFile, bytes)),
    startGeneration: (ending: number) =>
      running.operator.startGeneration({ log: { node, log: 'status', generation: ending } }),
  };
}
