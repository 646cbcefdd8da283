import type { WatchLinksRequest, WatchLinksResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { pause } from '@lianzheng/runtime';
import { listLinks } from '../answer/links.ts';
import type { Parts } from '../parts.ts';

const EVERY_MS = 1_000;

/** The links now and every second, so that a screen shows staleness grow as well. */
export const watchLinks = ({ links }: Parts) =>
  async function* (_request: WatchLinksRequest, call: Call): AsyncGenerator<WatchLinksResponse> {
    while (!call.signal.aborted) {
      yield { links: await listLinks(links) };
      await pause(EVERY_MS, call.signal);
    }
  };
