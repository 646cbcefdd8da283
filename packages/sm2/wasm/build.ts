// node packages/sm2/wasm/build.ts [--check]: verify.wasm from assembly/, or whether it is what assembly/ gives.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import asc from 'assemblyscript/asc';

const folder = import.meta.dirname;

/**
 * Compiles in memory. The compiler's version is pinned in pnpm-workspace.yaml and no path or time goes into its output, so the
 * same source gives the same bytes everywhere.
 */
export async function buildModule(): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--importMemory'];
  const { error, stderr } = await asc.main(
    ['verify.ts', ...options, '--memoryBase', '64', '--outFile', 'verify.wasm'],
    {
      readFile: (name) => readFile(path.join(folder, 'assembly', name), 'utf8').catch(() => null),
      writeFile: (_name, contents) => {
        module = Buffer.from(contents);
      },
      listFiles: () => null,
    },
  );
  if (error) throw new Error(stderr.toString(), { cause: error });
  if (!module) throw new Error('the compiler wrote no module');
  return module;
}

if (import.meta.main) {
  const file = path.join(folder, 'verify.wasm');
  const built = await buildModule();
  if (!process.argv.includes('--check')) await writeFile(file, built);
  else if (Buffer.compare(await readFile(file), built) !== 0) {
    console.error('verify.wasm is not what its source gives: node packages/sm2/wasm/build.ts');
    process.exitCode = 1;
  }
}
