import type { Server, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Admission } from './admission.ts';
import type { MeshError } from './errors.ts';
import { toStatus } from './status.ts';

/** Where services with handlers of their own (health, reflection) are added. */
export type Guard = Pick<Server, 'addService'> & {
  /** Ends the streams that are open. */
  endStreams(error: MeshError): void;
};

type Stream = {
  emit(event: 'error', status: object): boolean;
  on(event: 'cancelled', listener: () => void): unknown;
};
type Answer = (status: object) => void;
type AnyHandler = (call: Stream, answer?: Answer) => void;

/** Lets any valid certificate through, nobody else, and remembers the streams: a watch of health has no end. */
export function guard(server: Server, admission: Admission): Guard {
  const streams = new Set<Stream>();

  const guarded =
    (handler: AnyHandler): AnyHandler =>
    (call, answer) => {
      try {
        admission.identify(call);
      } catch (error) {
        const status = toStatus(error as MeshError);
        if (answer) answer(status);
        else call.emit('error', status);
        return;
      }
      if (!answer) {
        streams.add(call);
        call.on('cancelled', () => streams.delete(call));
      }
      handler(call, answer);
    };

  return {
    addService(service: ServiceDefinition, handlers: UntypedServiceImplementation) {
      const wrapped = Object.entries(handlers).map(([name, handler]) => [
        name,
        guarded(handler as AnyHandler),
      ]);
      server.addService(service, Object.fromEntries(wrapped));
    },
    endStreams(error) {
      for (const stream of streams) stream.emit('error', toStatus(error));
    },
  };
}
