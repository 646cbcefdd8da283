import type { ListLinksRequest, ListLinksResponse } from '@lianzheng/proto/exchange/v1/exchange';
import { listLinks as list } from '../answer/links.ts';
import type { Parts } from '../parts.ts';

export const listLinks =
  ({ links }: Parts) =>
  (_request: ListLinksRequest): Promise<ListLinksResponse> =>
    list(links);
