import { MemoryError } from '@lianzheng/keystore';
import type {
  StartGenerationRequest,
  StartGenerationResponse,
} from '@lianzheng/proto/signature/v1/signature';
import { type Call, failedPrecondition } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { nextOrigin } from '../domain/log-keys.ts';
import type { MemoryInUse } from '../memories.ts';
import { keyEntry } from './key-entry.ts';
import { useOwnLog } from './own-log.ts';

/** `log.generation` names the one that ends; a repeated request that names it is refused instead of starting another. */
export function startGeneration(context: Context) {
  const { node, keystore, memories, clock, events } = context;
  return async (
    { log: asked }: StartGenerationRequest,
    { caller }: Call,
  ): Promise<StartGenerationResponse> => {
    // Alone with the log that ends: no checkpoint of it is signed after its successor began.
    const entry = await useOwnLog(context, caller, asked, async ({ log, generation }) => {
      const purpose = `log:${log}` as const;
      const name = nextOrigin(node, log, generation);
      await memories.use(name, createEmpty);
      const former = keystore.listKeys(purpose);
      const createdAt = clock.now();
      const added = await keystore.addKey({ purpose, name, createdAt, endorsedBy: former[0] });
      for (const { entry } of former) {
        if (!entry.retiredAt) await keystore.retireKey(purpose, entry.keyId, createdAt);
      }
      return added;
    });
    events.generationStarted(entry.name ?? '');
    return { key: keyEntry(entry) };
  };
}

/** The memory before the key: where the process died in between, the empty memory is found and taken. */
async function createEmpty({ create, open }: MemoryInUse): Promise<void> {
  try {
    await create();
  } catch (cause) {
    if (!(cause instanceof MemoryError) || cause.code !== 'exists') throw cause;
    const found = await open();
    if (found?.last().size === 0) return;
    throw failedPrecondition(
      'MEMORY_EXISTS',
      '新一代的签名记忆已存在 / the new generation has a memory already',
    );
  }
}
