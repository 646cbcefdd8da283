import { octetsOf, toOctets } from '../src/curve.ts';
import { Sm2Error } from '../src/errors.ts';
import { verifiesWithOpenssl } from '../src/sign.ts';
import { parseSignature } from '../src/signature.ts';
import { sm3 } from '../src/sm3.ts';
import { createTables, type Tables, type Verdict } from '../src/tables.ts';
import {
  craftedCase,
  type DigestCase,
  digestCase,
  edgeCase,
  type MessageCase,
  newSigners,
  signedCase,
} from './cases.ts';
import { verifies } from './reference.ts';

export type Plan = {
  keys: number;
  /** Per key. */
  signed: number;
  /** Per key. */
  edge: number;
  crafted: number;
  digests: number;
};

/** kind → verdict of the tables → how many. `wrong`: cases where tables and judge differ; must stay empty. */
export type Outcome = { total: number; counts: Record<string, Record<string, number>>; wrong: string[] };

/** Asks tables and judge (OpenSSL; for a chosen e the BigInt reference) about every case of the plan. */
export function compare(plan: Plan): Outcome {
  const tables = createTables();
  const outcome: Outcome = { total: 0, counts: {}, wrong: [] };
  for (const signer of newSigners(plan.keys)) {
    tables.build(0, signer.publicKey.point);
    for (let i = 0; i < plan.signed; i += 1) judgeMessage(tables, signedCase(signer), outcome);
    for (let i = 0; i < plan.edge; i += 1) judgeMessage(tables, edgeCase(signer), outcome);
  }
  for (let done = 0; done < plan.crafted; ) {
    const crafted = craftedCase();
    if (!crafted) continue;
    tables.build(0, crafted.publicKey.point);
    judgeMessage(tables, crafted, outcome);
    done += 1;
  }
  for (let done = 0; done < plan.digests; done += 1) judgeDigest(tables, digestCase(), outcome);
  return outcome;
}

function judgeMessage(
  tables: Tables,
  { kind, publicKey, message, signature }: MessageCase,
  outcome: Outcome,
) {
  const none = new Uint8Array(0);
  const expected = verifiesWithOpenssl(publicKey, none, message, signature);
  const verdict = verdictOf(tables, signature, sm3(message));
  const detail = () =>
    [publicKey.point, message, signature].map((octets) => Buffer.from(octets).toString('hex')).join(' ');
  record(outcome, kind, verdict, expected, detail);
}

function judgeDigest(tables: Tables, { kind, point, r, s, e }: DigestCase, outcome: Outcome) {
  tables.build(0, octetsOf(point));
  const verdict = tables.check(0, toOctets(r), toOctets(s), toOctets(e));
  const detail = () => [point.x, point.y, r, s, e].map((value) => value.toString(16)).join(' ');
  record(outcome, kind, verdict, verifies(point, r, s, e), detail);
}

function verdictOf(tables: Tables, signature: Uint8Array, e: Uint8Array): Verdict {
  try {
    const { r, s } = parseSignature(signature);
    return tables.check(0, r, s, e);
  } catch (error) {
    if (error instanceof Sm2Error) return 'invalid';
    throw error;
  }
}

function record(outcome: Outcome, kind: string, verdict: Verdict, expected: boolean, detail: () => string) {
  outcome.total += 1;
  outcome.counts[kind] ??= {};
  const row = outcome.counts[kind];
  const key = verdict === 'undecided' ? `undecided, ${expected ? 'valid' : 'invalid'}` : verdict;
  row[key] = (row[key] ?? 0) + 1;
  if (verdict !== 'undecided' && (verdict === 'valid') !== expected)
    outcome.wrong.push(`${kind}: tables say ${verdict}: ${detail()}`);
}
