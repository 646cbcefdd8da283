import type { Bench } from './bench.ts';
import { scale } from './scale.ts';
import { snapshot } from './snapshot.ts';
import { verify } from './verify.ts';

/** All benches, in the order of the table in issue 3 §3. */
export const benches: readonly Bench[] = [verify, snapshot, scale];
