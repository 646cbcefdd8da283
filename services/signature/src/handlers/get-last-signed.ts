import {
  type GetLastSignedRequest,
  type GetLastSignedResponse,
  LastSignedState,
} from '@lianzheng/proto/signature/v1/signature';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { useOwnLog } from './own-log.ts';

export function getLastSigned(context: Context) {
  return async ({ log: asked }: GetLastSignedRequest, { caller }: Call): Promise<GetLastSignedResponse> => {
    const { name, last } = await useOwnLog(context, caller, asked, async ({ log, generation }, { open }) => ({
      name: { node: context.node, log, generation },
      last: (await open())?.last(),
    }));
    if (!last) {
      return { state: LastSignedState.LOST, log: name, size: 0n, root: Buffer.alloc(0), time: undefined };
    }
    return {
      state: LastSignedState.KNOWN,
      log: name,
      size: BigInt(last.size),
      root: last.root,
      time: last.time,
    };
  };
}
