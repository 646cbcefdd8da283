import { randomBytes } from 'node:crypto';
import { createVerifier, generateKeyPair, sign, type Verifier, verify } from '@lianzheng/sm2';
import type { Bench, Figures } from './bench.ts';
import { median, round } from './figures.ts';

const GOAL = 2.5;
const RUNS = 5;
const MESSAGES = 256;
const MESSAGE_BYTES = 700;
/** Seals and certificates of a busy node. */
const KEYS = 50;

type Signed = { message: Buffer; signature: Buffer };
type Check = (signed: Signed) => boolean;

/** Verifications per second on one core with known keys, against node:crypto in the same run; SM3 and DER included. */
export const sm2: Bench = {
  name: 'sm2',
  about: 'SM2 verifications of 700-byte messages, tables against node:crypto',
  goal: `≥ ${GOAL} × node:crypto with a known key`,
  unit: '× node:crypto',
  async run({ say }) {
    const signers = Array.from({ length: KEYS }, () => generateKeyPair());
    const messages = Array.from({ length: MESSAGES }, () => randomBytes(MESSAGE_BYTES));
    const [first] = signers;
    const ofOne = messages.map((message) => ({ message, signature: sign(first!, message) }));
    const ofMany = messages.map((message, at) => ({
      message,
      signature: sign(signers[at % KEYS]!, message),
    }));
    const verifier = createVerifier();
    const one: Check = ({ message, signature }) => verifier.verify(first!.publicKey, message, signature);
    const node: Check = ({ message, signature }) => verify(first!.publicKey, message, signature);
    const runs: Figures[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      // In turns, so that both meet the same machine.
      const nodePerSecond = rate(node, ofOne, 1_000);
      const onePerSecond = rate(one, ofOne, 6_000);
      const manyPerSecond = rateOfMany(verifier, signers, ofMany, 6_000);
      const figures = {
        'node:crypto /s': Math.round(nodePerSecond),
        'one key /s': Math.round(onePerSecond),
        '50 keys /s': Math.round(manyPerSecond),
        ratio: round(onePerSecond / nodePerSecond, 2),
        'ratio, 50 keys': round(manyPerSecond / nodePerSecond, 2),
      };
      say(JSON.stringify(figures));
      // The first warms both up.
      if (run > 0) runs.push(figures);
    }
    const value = median(runs.map((figures) => figures.ratio!));
    return { value, met: value >= GOAL, runs };
  },
};

function rateOfMany(
  verifier: Verifier,
  signers: ReturnType<typeof generateKeyPair>[],
  signed: Signed[],
  count: number,
): number {
  let at = 0;
  return rate(
    ({ message, signature }) =>
      verifier.verify(signers[(at++ % MESSAGES) % KEYS]!.publicKey, message, signature),
    signed,
    count - (count % MESSAGES),
  );
}

/** Checks a second, over `count` of them in turn. */
function rate(check: Check, signed: readonly Signed[], count: number): number {
  const startedMs = performance.now();
  for (let i = 0; i < count; i += 1)
    if (!check(signed[i % signed.length]!)) throw new Error('a valid signature was refused');
  return (count * 1_000) / (performance.now() - startedMs);
}
