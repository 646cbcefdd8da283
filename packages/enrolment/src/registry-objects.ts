import type { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import type { EnrolmentRequest } from './request.ts';

type Registered = Pick<
  EnrolmentRequest,
  'node' | 'name' | 'tier' | 'exchangeAddress' | 'encryptionKey' | 'logKeys'
>;

/**
 * The rows of the province's registry for a node: the node itself and its keys, to be put with PutRegistryObject in this
 * order. Which issuers it speaks for is assigned separately.
 */
export function registryObjects(request: Registered): CatalogObject[] {
  const { node, name, tier, exchangeAddress, encryptionKey, logKeys } = request;
  const nodeEntry = { node, name, tier, exchangeAddress, encryptionKey };
  return [
    objectOf({ $case: 'nodeEntry', value: nodeEntry }),
    ...logKeys.map((value) => objectOf({ $case: 'logKey', value })),
  ];
}

function objectOf(object: NonNullable<CatalogObject['object']>): CatalogObject {
  return { key: '', version: 0, node: '', retired: false, object };
}
