import type { AccessCatalogue, AccessFacts } from '@lianzheng/access';
import {
  CatalogServiceService,
  type PublishLicenceTypeRequest,
  type PutObjectRequest,
  type PutRegistryObjectRequest,
  type RegisterLicenceTypeRequest,
  type ReviewLicenceTypeRequest,
} from '@lianzheng/proto/catalog/v1/catalog';
import { subjectOf } from './events.ts';

const { registerLicenceType, reviewLicenceType, publishLicenceType, putObject, putRegistryObject } =
  CatalogServiceService;

const typeFacts = (code: string | undefined): AccessFacts => ({ subjects: [`LICENCE_TYPE/${code ?? ''}`] });
const objectFacts = ({ object }: PutObjectRequest | PutRegistryObjectRequest): AccessFacts => ({
  subjects: object ? [subjectOf(object)] : [],
});

/** Changes of the catalogue are administrative acts and audited; reading it tells nothing about anybody. */
export const accessCatalogue: AccessCatalogue = {
  [registerLicenceType.path]: (request: RegisterLicenceTypeRequest) => typeFacts(request.licenceType?.code),
  [reviewLicenceType.path]: (request: ReviewLicenceTypeRequest) => typeFacts(request.code),
  [publishLicenceType.path]: (request: PublishLicenceTypeRequest) => typeFacts(request.code),
  [putObject.path]: (request: PutObjectRequest) => objectFacts(request),
  [putRegistryObject.path]: (request: PutRegistryObjectRequest) => objectFacts(request),
};

export function factsOf(path: string, request: unknown): AccessFacts {
  return accessCatalogue[path]?.(request as never) ?? {};
}
