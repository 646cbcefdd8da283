import { accessOf, recordAccess } from '@lianzheng/access';
import { formatLogOrigin, LOG_NAMES } from '@lianzheng/note';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import type { StartGenerationRequest, StartGenerationResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { Call } from '@lianzheng/rpc';
import { type FieldViolation, failedPrecondition, invalidArgument } from '@lianzheng/rpc/errors';
import { endOfGeneration } from '../follow/end-of-generation.ts';
import type { Parts } from '../parts.ts';

/** At the province: the catalogue names the largest head of the old generation whose entries are held here. */
export const startGeneration =
  (parts: Parts) =>
  async (request: StartGenerationRequest, call: Call): Promise<StartGenerationResponse> => {
    const { config, registry, services, database, clock } = parts.context;
    if (config.node !== config.province)
      throw failedPrecondition('NOT_THE_PROVINCE', `只在省节点 only at the province, ${config.province}`);
    check(request);
    const { node, log } = request;
    const generation = registry.generation(node, log).generation + 1;
    const keyName = formatLogOrigin({ node, log: log as 'status', generation });
    if (request.keyName !== keyName)
      throw invalidArgument({ field: 'key_name', description: `应为 expected ${keyName}` });
    const copy = await parts.copies.open(node, log);
    // The entries of an access log stay at home.
    const lastCheckpoint =
      log === 'access' ? (copy.state().note ?? Buffer.alloc(0)) : await endOfGeneration(parts, copy, call);
    const generationObject = object({
      $case: 'generation',
      value: { node, log, generation, lastCheckpoint, reason: request.reason },
    });
    const keyObject = object({
      $case: 'logKey',
      value: {
        node,
        log,
        name: keyName,
        publicKey: Buffer.from(request.publicKey),
        fromSize: 0n,
        toSize: 0n,
        endorsement: Buffer.from(request.endorsement),
      },
    });
    await services.catalog.putRegistryObject({ object: keyObject }, { parent: call });
    await services.catalog.putRegistryObject({ object: generationObject }, { parent: call });
    await database.tx((tx) => recordAccess(tx, [accessOf(call, { subjects: [keyName] }, 'OK', clock.now())]));
    return { generation, lastCheckpoint };
  };

function check(request: StartGenerationRequest): void {
  const fields: FieldViolation[] = [];
  if (!/^\d{6}$/.test(request.node))
    fields.push({ field: 'node', description: '行政区划代码 a division code' });
  if (!(LOG_NAMES as readonly string[]).includes(request.log))
    fields.push({ field: 'log', description: LOG_NAMES.join(', ') });
  if (request.publicKey.length !== 32) fields.push({ field: 'public_key', description: '32 字节 bytes' });
  if (request.reason.trim() === '' || request.reason.length > 500)
    fields.push({ field: 'reason', description: '必填，最多 500 个字符 required, at most 500 characters' });
  if (fields.length > 0) throw invalidArgument(fields);
}

function object(value: CatalogObject['object']): CatalogObject {
  return { key: '', version: 0, node: '', retired: false, object: value };
}
