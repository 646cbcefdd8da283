import type { SignatureCalls } from '@lianzheng/log';
import { SignatureServiceService } from '@lianzheng/proto/signature/v1/signature';
import { connect, createClient, isMeshError } from '@lianzheng/rpc';
import type { CallListeners } from '@lianzheng/runtime/telemetry';
import type { Config } from './config.ts';

export type Signature = {
  readonly calls: SignatureCalls;
  /** Whether the service answered when it was last asked; the relay asks at least every few seconds. */
  answers(): boolean;
  close(): void;
};

/** The node's signature service, narrowed to what a relay asks; it may be absent at start. */
export function connectSignature(
  { node, signatureAddress, ca, cert, key }: Config,
  calls: CallListeners,
): Signature {
  const channel = connect({
    address: signatureAddress,
    tls: { ca, cert, key },
    expect: `lianzheng://${node}/service/signature`,
    ...calls,
  });
  const client = createClient(SignatureServiceService, channel);
  let answers = false;

  const noted =
    <I, O>(call: (request: I) => Promise<O>) =>
    async (request: I): Promise<O> => {
      try {
        const response = await call(request);
        answers = true;
        return response;
      } catch (error) {
        answers = !isMeshError(error, 'UNAVAILABLE') && !isMeshError(error, 'DEADLINE_EXCEEDED');
        throw error;
      }
    };

  return {
    calls: {
      signCheckpoint: noted((request) => client.signCheckpoint(request)),
      getLastSigned: noted((request) => client.getLastSigned(request)),
      restoreLastSigned: noted((request) => client.restoreLastSigned(request)),
      listKeys: noted((request) => client.listKeys(request)),
    },
    answers: () => answers,
    close: () => channel.close(),
  };
}
