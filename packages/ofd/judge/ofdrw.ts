import { execFile } from 'node:child_process';
import { access, cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = path.join(import.meta.dirname, 'ofdrw');
const FOLDER = path.join(import.meta.dirname, '../../../var/judges/ofdrw-2.3.1');

/** Runs the Java judge with these arguments; undefined where Java or Maven is not installed. */
export async function ofdrw(): Promise<((...args: string[]) => Promise<string>) | undefined> {
  const installed = await Promise.all([run('java', ['-version']), run('mvn', ['-version'])]).catch(
    () => undefined,
  );
  if (!installed) return undefined;
  await fetchJars();
  return async (...args) => {
    const java = ['-Dfile.encoding=UTF-8', '-Djava.awt.headless=true', '-cp', path.join(FOLDER, 'lib/*')];
    const { stdout } = await run('java', [...java, path.join(SOURCE, 'Judge.java'), ...args], {
      maxBuffer: 64 << 20,
    });
    return stdout;
  };
}

async function fetchJars(): Promise<void> {
  if (
    await access(FOLDER).then(
      () => true,
      () => false,
    )
  )
    return;
  const making = `${FOLDER}.${process.pid}`;
  await mkdir(making, { recursive: true });
  await cp(path.join(SOURCE, 'pom.xml'), path.join(making, 'pom.xml'));
  await run(
    'mvn',
    ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'],
    { cwd: making },
  );
  await rename(making, FOLDER).catch(() => rm(making, { recursive: true }));
}
