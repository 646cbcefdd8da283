import type { PutObjectRequest, PutObjectResponse } from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import type { Call } from '@lianzheng/rpc';
import { invalidArgument } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { isOfRegistry } from '../domain/object.ts';
import { putObject as put } from '../put.ts';
import { write } from '../write.ts';

export const putObject =
  (context: Context) =>
  async (request: PutObjectRequest, call: Call): Promise<PutObjectResponse> => {
    const object = parse(request);
    return write(context, request, call, (tx) => put(context, tx, object));
  };

function parse({ object }: PutObjectRequest): CatalogObject {
  if (!object?.object) throw unfit('object', '目录对象的内容', 'the content of an object');
  if (isOfRegistry(object))
    throw unfit('object', '登记对象用 PutRegistryObject', 'PutRegistryObject is for objects of the registry');
  if (object.object.$case === 'licenceType' && !object.retired)
    throw unfit(
      'object.licence_type',
      '证照类型须登记、审核、发布；此处仅可停用',
      'types are registered, reviewed and published; here they are only retired',
    );
  return object;
}

function unfit(field: string, zh: string, en: string) {
  return invalidArgument({ field, description: `${zh} / ${en}` });
}
