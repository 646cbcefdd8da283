import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = path.join(import.meta.dirname, 'ofdrw');
const JUDGES = path.join(import.meta.dirname, '../../../var/judges');
const JAVA = ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', '-Djava.awt.headless=true'];

/** Runs the Java judge with these arguments and gives what it prints; needs a Java runtime and Maven. */
export async function ofdrw(): Promise<(...args: string[]) => Promise<string>> {
  const jars = path.join(await made('pom.xml', 'ofdrw', fetchJars), 'lib/*');
  const classes = await made('Judge.java', 'ofdrw-judge', (to) => compile(jars, to));
  return async (...args) => {
    const { stdout } = await run('java', [...JAVA, '-cp', `${classes}:${jars}`, 'Judge', ...args], {
      maxBuffer: 64 << 20,
    });
    return stdout;
  };
}

/** A folder named by what it is made from; in place at once, so that half of it is never found. */
async function made(source: string, name: string, make: (to: string) => Promise<unknown>): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(path.join(SOURCE, source)))
    .digest('hex');
  const folder = path.join(JUDGES, `${name}-${digest.slice(0, 12)}`);
  if (await exists(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  await mkdir(making, { recursive: true });
  await make(making);
  await rename(making, folder).catch(() => rm(making, { recursive: true, force: true }));
  return folder;
}

async function fetchJars(to: string): Promise<void> {
  await cp(path.join(SOURCE, 'pom.xml'), path.join(to, 'pom.xml'));
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
  await run('mvn', ['-q', '-B', ...goal], { cwd: to });
}

/** The compiler takes its class path from the machine that it runs on. */
function compile(jars: string, to: string): Promise<unknown> {
  const compiler = 'org.eclipse.jdt.internal.compiler.batch.Main';
  const flags = ['-17', '-encoding', 'UTF-8', '-proc:none', '-nowarn'];
  const source = path.join(SOURCE, 'Judge.java');
  return run('java', [...JAVA, '-cp', jars, compiler, ...flags, '-d', to, source]);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
