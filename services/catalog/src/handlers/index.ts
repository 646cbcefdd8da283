import type { CatalogServiceService } from '@lianzheng/proto/catalog/v1/catalog';
import type { Handlers } from '@lianzheng/rpc';
import type { Context } from '../context.ts';
import { getObject } from './get-object.ts';
import { listLicenceTypeDrafts } from './list-licence-type-drafts.ts';
import { listObjects } from './list-objects.ts';
import { publishLicenceType } from './publish-licence-type.ts';
import { putObject } from './put-object.ts';
import { putRegistryObject } from './put-registry-object.ts';
import { registerLicenceType } from './register-licence-type.ts';
import { reviewLicenceType } from './review-licence-type.ts';
import { watchObjects } from './watch-objects.ts';

export function handlersOf(context: Context): Handlers<typeof CatalogServiceService> {
  return {
    registerLicenceType: registerLicenceType(context),
    reviewLicenceType: reviewLicenceType(context),
    publishLicenceType: publishLicenceType(context),
    listLicenceTypeDrafts: listLicenceTypeDrafts(context),
    putObject: putObject(context),
    putRegistryObject: putRegistryObject(context),
    getObject: getObject(context),
    listObjects: listObjects(context),
    watchObjects: watchObjects(context),
  };
}
