import type { GetClockRequest, GetClockResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import type { Parts } from '../parts.ts';

export const getClock =
  ({ context, clocks }: Parts) =>
  async (_request: GetClockRequest, call: Call): Promise<GetClockResponse> => {
    context.peers.heard(call.caller.node);
    const measurements = [...clocks.all()].map(([node, offset]) => ({
      node,
      offsetMs: BigInt(offset.offsetMs),
      uncertaintyMs: BigInt(Math.ceil(offset.uncertaintyMs)),
      measuredAt: new Date(offset.measuredAtMs),
    }));
    return { now: context.clock.now(), measurements };
  };
