import { CipherError } from '@lianzheng/cipher';
import type { OpenDataKeyRequest, OpenDataKeyResponse } from '@lianzheng/proto/signature/v1/signature';
import { type Call, invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { unwrapDataKey } from '../domain/data-key-wrap.ts';

export function openDataKey({ keystore }: Context) {
  return async ({ wrapped }: OpenDataKeyRequest, { caller }: Call): Promise<OpenDataKeyResponse> => {
    try {
      return { dataKey: unwrapDataKey(keystore.listKeys('data-wrap'), wrapped, caller.id) };
    } catch (cause) {
      if (!(cause instanceof CipherError)) throw cause;
      const description = '不是为本服务封装的密钥 / not wrapped here for this service';
      throw invalidArgument({ field: 'wrapped', description }, undefined, 'DATA_KEY_REFUSED');
    }
  };
}
