import type {
  GetVerifiedHeadsRequest,
  GetVerifiedHeadsResponse,
} from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import type { Parts } from '../parts.ts';

export const getVerifiedHeads =
  ({ context, copies }: Parts) =>
  async (_request: GetVerifiedHeadsRequest, call: Call): Promise<GetVerifiedHeadsResponse> => {
    context.peers.heard(call.caller.node);
    return { notes: copies.all().flatMap((copy) => copy.state().note ?? []) };
  };
