import { isCreditCode } from '@lianzheng/identifier';
import { type KeyEntry, type KeyPurpose, parsePurpose } from '@lianzheng/keystore';
import { LOG_NAMES, type LogName } from '@lianzheng/note';
import type { RotateKeyRequest, RotateKeyResponse } from '@lianzheng/proto/signature/v1/signature';
import { type Call, type Caller, invalidArgument } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { keyEntry } from './key-entry.ts';
import { memoryLost, useOwnLog } from './own-log.ts';

export function rotateKey(context: Context) {
  return async (request: RotateKeyRequest, { caller }: Call): Promise<RotateKeyResponse> => {
    const { purpose, log } = parse(request.purpose);
    const entry = log
      ? await rotateLogKey(context, caller, log, request.fromSize)
      : await rotateOther(context, purpose);
    context.events.keyRotated(entry.purpose, entry.keyId);
    return { key: keyEntry(entry) };
  };
}

/** Every size is signed by one key only: the new one begins above what was signed, and above its predecessor's begin. */
function rotateLogKey(context: Context, caller: Caller, name: LogName, asked: bigint): Promise<KeyEntry> {
  const { keystore, node, clock } = context;
  return useOwnLog(context, caller, { node, log: name, generation: 0 }, async ({ origin, log }, { open }) => {
    const last = (await open())?.last();
    if (!last) throw memoryLost(origin);
    const purpose = `log:${log}` as const;
    const former = keystore.listKeys(purpose).find(({ entry }) => entry.name === origin)?.entry.fromSize ?? 0;
    const least = Math.max(last.size, former) + 1;
    const fromSize = asked === 0n ? least : Number(asked);
    if (!Number.isSafeInteger(fromSize) || fromSize < least) {
      throw invalidArgument({
        field: 'from_size',
        description: `至少为 ${least} / must be at least ${least}`,
      });
    }
    return keystore.rotateKey({ purpose, at: clock.now(), fromSize });
  });
}

function rotateOther({ keystore, node, clock }: Context, purpose: KeyPurpose): Promise<KeyEntry> {
  const name = purpose === 'witness' ? `lianzheng/${node}/witness` : undefined;
  return keystore.rotateKey({ purpose, at: clock.now(), name });
}

function parse(text: string): { purpose: KeyPurpose; log?: LogName } {
  const purpose = parsePurpose(text);
  const [kind, id = ''] = text.split(':');
  if (!purpose || (kind === 'department' && !isCreditCode(id))) {
    throw invalidArgument({
      field: 'purpose',
      description: '未知的用途或统一社会信用代码有误 / no such purpose, or no credit code',
    });
  }
  return { purpose, log: kind === 'log' ? LOG_NAMES.find((name) => name === id) : undefined };
}
