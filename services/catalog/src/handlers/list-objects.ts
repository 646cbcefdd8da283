import {
  type ListObjectsRequest,
  type ListObjectsResponse,
  ObjectKind,
} from '@lianzheng/proto/catalog/v1/catalog';
import { invalidArgument } from '@lianzheng/rpc/errors';
import type { Context } from '../context.ts';
import { listObjects as list } from '../store/objects.ts';
import { isKind } from './object-kind.ts';

export const listObjects =
  ({ database }: Context) =>
  async (request: ListObjectsRequest): Promise<ListObjectsResponse> => {
    const { kind, node } = request;
    const problems = [];
    if (kind !== ObjectKind.UNSPECIFIED && !isKind(kind))
      problems.push({ field: 'kind', description: '对象种类 / a kind of objects' });
    if (!/^(\d{6})?$/.test(node))
      problems.push({ field: 'node', description: '六位区划代码或空 / 6 digits, or empty' });
    if (problems.length > 0) throw invalidArgument(problems);
    return { objects: await database.read((reader) => list(reader, request)) };
  };
