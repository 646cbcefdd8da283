import type { Bench } from './bench.ts';
import { drain } from './drain.ts';
import { importStock } from './import.ts';
import { issue } from './issue.ts';
import { memory } from './memory.ts';
import { replicate } from './replicate.ts';
import { scale } from './scale.ts';
import { sm2 } from './sm2.ts';
import { snapshot } from './snapshot.ts';
import { start } from './start.ts';
import { verify } from './verify.ts';

/** All benches, in the order of the tables in issue 3 §3 and issue 4 §3. */
export const benches: readonly Bench[] = [
  verify,
  issue,
  importStock,
  replicate,
  drain,
  snapshot,
  start,
  scale,
  memory,
  sm2,
];
