import { randomBytes } from 'node:crypto';
import type { Database } from '@lianzheng/db';
import type {
  CreateDataKeyRequest,
  CreateDataKeyResponse,
  OpenDataKeyRequest,
  OpenDataKeyResponse,
} from '@lianzheng/proto/signature/v1/signature';
import { unavailable } from '@lianzheng/rpc/errors';
import { type Clock, startLoop } from '@lianzheng/runtime';
import { addMissingKeys, type WrappedKey } from './store/data-keys.ts';
import { createVault, type OpenedKey, type Vault } from './vault.ts';

/** The calls of the signature service that data keys need. */
export interface DataKeyCalls {
  createDataKey(request: CreateDataKeyRequest): Promise<CreateDataKeyResponse>;
  openDataKey(request: OpenDataKeyRequest): Promise<OpenDataKeyResponse>;
}

export interface VaultKeysOptions {
  readonly database: Database;
  readonly signature: DataKeyCalls;
  readonly clock: Clock;
  onError(error: unknown): void;
}

export interface VaultKeys {
  /** Throws UNAVAILABLE until the keys are there. */
  vault(): Vault;
  ready(): boolean;
  stop(): Promise<void>;
}

/** Has the data keys opened, or made at the first start; the signature service may be absent for as long as it likes. */
export function startVaultKeys(options: VaultKeysOptions): VaultKeys {
  let opened: Vault | undefined;
  const loop = startLoop({
    name: 'data keys',
    idleMs: 3_600_000,
    backoff: { minMs: 50, maxMs: 1_000 },
    onError: options.onError,
    async run() {
      opened ??= createVault(await openKeys(options));
      return 'idle';
    },
  });
  return {
    vault() {
      if (opened) return opened;
      throw unavailable('KEYS_NOT_READY', '数据密钥尚未就绪 / the data keys are not ready', {
        retryAfterMs: 1_000,
      });
    },
    ready: () => opened !== undefined,
    stop: () => loop.stop(),
  };
}

async function openKeys({ database, signature, clock }: VaultKeysOptions): Promise<OpenedKey[]> {
  const known = await database.tx((tx) => addMissingKeys(tx, [], clock.now()));
  const purposes = (['column', 'lookup'] as const).filter(
    (purpose) => !known.some((key) => key.purpose === purpose),
  );
  const candidates = await Promise.all(purposes.map((purpose) => newKey(signature, purpose)));
  const keys = await database.tx((tx) => addMissingKeys(tx, candidates, clock.now()));
  return Promise.all(
    keys.map(async ({ keyId, purpose, wrapped }) => ({
      keyId,
      purpose,
      secret: (await signature.openDataKey({ wrapped })).dataKey,
    })),
  );
}

async function newKey(signature: DataKeyCalls, purpose: WrappedKey['purpose']): Promise<WrappedKey> {
  const { wrapped } = await signature.createDataKey({});
  return { keyId: `issuance-${purpose}-${randomBytes(4).toString('hex')}`, purpose, wrapped };
}
