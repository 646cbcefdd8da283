import { randomBytes } from 'node:crypto';
import { DATA_KEY_BYTES } from '@lianzheng/cipher';
import type { CreateDataKeyRequest, CreateDataKeyResponse } from '@lianzheng/proto/signature/v1/signature';
import type { Call } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { wrapDataKey } from '../domain/data-key-wrap.ts';
import { keyMissing } from './own-log.ts';

export function createDataKey({ keystore }: Context) {
  return async (_: CreateDataKeyRequest, { caller }: Call): Promise<CreateDataKeyResponse> => {
    const key = keystore.findKey('data-wrap');
    if (!key) throw keyMissing('data-wrap');
    const dataKey = randomBytes(DATA_KEY_BYTES);
    return { dataKey, wrapped: wrapDataKey(key, dataKey, caller.id) };
  };
}
