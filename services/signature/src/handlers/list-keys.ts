import { parsePurpose } from '@lianzheng/keystore';
import type { ListKeysRequest, ListKeysResponse } from '@lianzheng/proto/signature/v1/signature';
import { invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { keyEntry } from './key-entry.ts';

export function listKeys({ keystore }: Context) {
  return async ({ purpose }: ListKeysRequest): Promise<ListKeysResponse> => {
    const wanted = purpose === '' ? undefined : parsePurpose(purpose);
    if (purpose !== '' && !wanted) {
      throw invalidArgument({ field: 'purpose', description: '未知的用途 / no such purpose' });
    }
    return { keys: keystore.publicEntries(wanted).map(keyEntry) };
  };
}
