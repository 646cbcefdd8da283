// node packages/sm2/compare/main.ts: tables against OpenSSL on more than 100,000 cases (2 to 4 minutes). Exit code 1 for any difference.
import { compare } from './compare.ts';

const startedMs = performance.now();
const { total, counts, wrong } = compare({
  keys: 100,
  signed: 750,
  edge: 250,
  crafted: 2_000,
  digests: 1_000,
});
for (const [kind, verdicts] of Object.entries(counts)) {
  const said = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  console.log(`${kind.padEnd(22)} ${said.join(', ')}`);
}
for (const line of wrong.slice(0, 20)) console.error(`DIFFERENT ${line}`);
const seconds = Math.round((performance.now() - startedMs) / 1_000);
console.log(`${total} cases, ${wrong.length} different, ${seconds} s`);
process.exitCode = wrong.length === 0 ? 0 : 1;
