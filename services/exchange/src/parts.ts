import type { FindOptions } from './answer/find.ts';
import type { FreshnessOf } from './answer/freshness.ts';
import type { Home } from './answer/home.ts';
import type { LinksOptions } from './answer/links.ts';
import type { Verify } from './answer/verify.ts';
import type { Context } from './context.ts';
import type { Clocks } from './follow/clocks.ts';
import type { Copies } from './follow/copies.ts';
import type { Former } from './follow/former.ts';
import type { Repairs } from './follow/repair.ts';

/** What handlers work with: the context and what runs on it. */
export type Parts = {
  readonly context: Context;
  readonly copies: Copies;
  readonly former: Former;
  readonly clocks: Clocks;
  readonly repairs: Repairs;
  readonly home: Home;
  readonly freshness: FreshnessOf;
  readonly verify: Verify;
  readonly find: FindOptions;
  readonly links: LinksOptions;
};
