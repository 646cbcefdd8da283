import type { AccessCatalogue } from '@lianzheng/access';
import {
  type ComputeHolderIndicesRequest,
  type RotateKeyRequest,
  SignatureServiceService as rpc,
  type StartGenerationRequest,
} from '@lianzheng/proto/signature/v1/signature';

/**
 * What stands in the access log, one row an action: counts and names of keys and logs, never codes. Licences and
 * checkpoints that are signed stand in the logs themselves.
 */
export const accesses: AccessCatalogue = {
  [rpc.computeHolderIndices.path]: ({ queries }: ComputeHolderIndicesRequest) => ({
    subjects: [`queries:${queries.length}`],
  }),
  [rpc.rotateKey.path]: ({ purpose }: RotateKeyRequest) => ({ subjects: [purpose] }),
  [rpc.startGeneration.path]: ({ log }: StartGenerationRequest) => ({ subjects: [`log:${log?.log ?? ''}`] }),
  [rpc.restoreLastSigned.path]: () => ({}),
  [rpc.createDataKey.path]: () => ({}),
  [rpc.openDataKey.path]: () => ({}),
};
