import type { GetObjectRequest, GetObjectResponse } from '@lianzheng/proto/catalog/v1/catalog';
import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { kindNameOf } from '@lianzheng/registry';
import { invalidArgument, notFound } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { findObjects } from '../store/objects.ts';
import { isKind } from './object-kind.ts';

export const getObject =
  (context: Context) =>
  async (request: GetObjectRequest): Promise<GetObjectResponse> => {
    const problems = [];
    if (!isKind(request.kind)) problems.push({ field: 'kind', description: '对象种类 / a kind of objects' });
    if (request.key === '') problems.push({ field: 'key', description: '必填 / required' });
    if (problems.length > 0) throw invalidArgument(problems);
    const found = await context.database.read((reader) => findObjects(reader, request));
    const object = preferred(found, context);
    if (!object) throw notFound(`${kindNameOf(request.kind)}/${request.key}`, 'OBJECT_UNKNOWN');
    return { object };
  };

/** Where several nodes have an object of one key: the province's, then our own, then that of the lowest division code. */
function preferred(
  objects: readonly CatalogObject[],
  { province, node }: Context,
): CatalogObject | undefined {
  const from = (owner: string) => objects.find((object) => object.node === owner);
  return from(province) ?? from(node) ?? objects[0];
}
