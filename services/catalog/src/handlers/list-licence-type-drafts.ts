import {
  DraftState,
  type ListLicenceTypeDraftsRequest,
  type ListLicenceTypeDraftsResponse,
} from '@lianzheng/proto/catalog/v1/catalog';
import { invalidArgument } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import type { DraftState as State } from '../domain/draft.ts';
import { listDrafts } from '../store/drafts.ts';
import { toDraftMessage } from './draft-message.ts';

const states = new Map<DraftState, State | undefined>([
  [DraftState.UNSPECIFIED, undefined],
  [DraftState.REGISTERED, 'REGISTERED'],
  [DraftState.RETURNED, 'RETURNED'],
  [DraftState.APPROVED, 'APPROVED'],
  [DraftState.PUBLISHED, 'PUBLISHED'],
]);

export const listLicenceTypeDrafts =
  ({ database }: Context) =>
  async ({ state }: ListLicenceTypeDraftsRequest): Promise<ListLicenceTypeDraftsResponse> => {
    if (!states.has(state))
      throw invalidArgument({ field: 'state', description: '未知状态 / unknown state' });
    const drafts = await database.read((reader) => listDrafts(reader, states.get(state)));
    return { drafts: drafts.map(toDraftMessage) };
  };
