// node packages/document/mutate/main.ts [COUNT] [SEED]: changes sealed documents and counts what is refused.
import { mutate } from './run.ts';

const [count = 104_000, seed = 1] = process.argv.slice(2).map(Number);
const started = performance.now();
const outcome = await mutate(count, seed, (done) => process.stderr.write(`\r${done} / ${count}`));
process.stderr.write('\r');
console.log(
  JSON.stringify({ ...outcome, seconds: Math.round((performance.now() - started) / 1_000) }, null, 1),
);
process.exitCode = outcome.wronglyAccepted.length === 0 ? 0 : 1;
