import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const dir = mkdtempSync(join(tmpdir(), 'lz-jars-test-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** What a call says when it fails in a process with this environment. */
async function complaint(module: string, call: string, env: NodeJS.ProcessEnv): Promise<string> {
  const source = `const kafka = await import(${JSON.stringify(import.meta.resolve(module))});
    await kafka.${call}.then(() => console.log('succeeded'), (error) => console.log(error.message));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], { env });
  return stdout;
}

test('without Maven it says, in Chinese first, what to install', async () => {
  const lib = JSON.stringify(join(dir, 'none'));
  const said = await complaint('./jars.ts', `ensureJars({ lib: ${lib} })`, { PATH: dir });
  assert.match(said, /^获取 Kafka 需要 Maven.*apt-get install openjdk-17-jre-headless maven.*LZ_KAFKA_LIB/);
  assert.match(said, /Getting Kafka needs Maven/);
});

test('without Java it says what to install', async () => {
  const said = await complaint('./java.ts', 'findJava()', { PATH: dir });
  assert.match(said, /^Kafka 需要 Java 17.*apt-get install openjdk-17-jre-headless/);
});

test('a named folder without jars is not filled in silence', async () => {
  const said = await complaint('./jars.ts', 'ensureJars()', { PATH: dir, LZ_KAFKA_LIB: dir });
  assert.match(said, /^LZ_KAFKA_LIB 中没有 Kafka 的 jar/);
});
