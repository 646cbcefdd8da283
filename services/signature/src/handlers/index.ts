import type { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import type { Handlers } from '@lianzheng/rpc';
import { recorded } from '../accesses/recorded.ts';
import type { Context } from '../context.ts';
import { computeHolderIndices } from './compute-holder-indices.ts';
import { cosign } from './cosign.ts';
import { createDataKey } from './create-data-key.ts';
import { getLastSigned } from './get-last-signed.ts';
import { listKeys } from './list-keys.ts';
import { openDataKey } from './open-data-key.ts';
import { restoreLastSigned } from './restore-last-signed.ts';
import { rotateKey } from './rotate-key.ts';
import { signCheckpoint } from './sign-checkpoint.ts';
import { signLicences } from './sign-licences.ts';
import { startGeneration } from './start-generation.ts';

/** All RPCs; those of accesses/catalogue.ts are recorded. */
export function handlersOf(context: Context): Handlers<typeof SignatureServiceService> {
  return {
    signLicences: signLicences(context),
    signCheckpoint: signCheckpoint(context),
    getLastSigned: getLastSigned(context),
    restoreLastSigned: recorded(context, restoreLastSigned(context)),
    startGeneration: recorded(context, startGeneration(context)),
    cosign: cosign(context),
    computeHolderIndices: recorded(context, computeHolderIndices(context)),
    createDataKey: recorded(context, createDataKey(context)),
    openDataKey: recorded(context, openDataKey(context)),
    listKeys: listKeys(context),
    rotateKey: recorded(context, rotateKey(context)),
  };
}
