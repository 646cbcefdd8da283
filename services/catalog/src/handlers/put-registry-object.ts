import type {
  PutRegistryObjectRequest,
  PutRegistryObjectResponse,
} from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import type { Call } from '@lianzheng/rpc';
import { failedPrecondition, invalidArgument } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { isOfRegistry } from '../domain/object.ts';
import { putObject as put } from '../put.ts';
import { write } from '../write.ts';

export const putRegistryObject =
  (context: Context) =>
  async (request: PutRegistryObjectRequest, call: Call): Promise<PutRegistryObjectResponse> => {
    const object = parse(request);
    const { node, province } = context;
    if (node !== province) throw notHere(province);
    return write(context, request, call, (tx) => put(context, tx, object));
  };

function parse({ object }: PutRegistryObjectRequest): CatalogObject {
  if (object && isOfRegistry(object)) return object;
  throw invalidArgument({
    field: 'object',
    description: '节点、日志密钥、日志代次或颁发机构指派 / a node, log key, generation or issuer assignment',
  });
}

function notHere(province: string) {
  const message = `登记对象只在 ${province} 写入 / objects of the registry are written at ${province} only`;
  return failedPrecondition('NOT_THE_REGISTRY', message, { province });
}
