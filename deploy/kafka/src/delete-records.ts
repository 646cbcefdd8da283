import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ClusterAddress, topicEnds } from '@lianzheng/kafka/cluster-admin';
import { ensureJars } from './jars.ts';
import { findJava, javaArguments } from './java.ts';
import { type Properties, propertiesText } from './properties.ts';
import { tlsProperties } from './tls.ts';

const run = promisify(execFile);

/** Deletes a topic's records before `offset` with Kafka's own tool, as retention would; kafkajs cannot. Throws when it did not. */
export async function deleteRecordsBefore(at: ClusterAddress, topic: string, offset: bigint): Promise<void> {
  // The tool itself would ask for a minute.
  if (!(await topicEnds(at, topic))) throw new Error(`${at.bootstrap} has no topic ${topic}`);
  const [{ lib }, java] = await Promise.all([ensureJars(), findJava()]);
  const dir = await mkdtemp(join(tmpdir(), 'lz-delete-records-'));
  try {
    const plan = join(dir, 'plan.json');
    // Written by hand: an offset is a 64-bit integer, a JSON number of JavaScript is not.
    await writeFile(
      plan,
      `{"version":1,"partitions":[{"topic":${JSON.stringify(topic)},"partition":0,"offset":${offset}}]}`,
    );
    const client = join(dir, 'client.properties');
    await writeFile(client, propertiesText(await clientProperties(dir, at)), { mode: 0o600 });
    const { stdout } = await run(java.command, [
      ...javaArguments(lib, 128, []),
      'org.apache.kafka.tools.DeleteRecordsCommand',
      ...['--bootstrap-server', at.bootstrap, '--command-config', client, '--offset-json-file', plan],
    ]);
    if (!stdout.includes('low_watermark'))
      throw new Error(`Kafka deleted nothing of ${topic}: ${stdout.trim()}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function clientProperties(dir: string, { tls }: ClusterAddress): Promise<Properties> {
  return tls ? { 'security.protocol': 'SSL', ...(await tlsProperties(join(dir, 'tls'), tls)) } : {};
}
