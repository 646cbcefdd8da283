import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Server, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { Guard } from './guard.ts';

type Handler = (...call: unknown[]) => void;
type Added = { service: ServiceDefinition; handlers: UntypedServiceImplementation };

/**
 * `grpc.reflection.v1` (and v1alpha, which older clients ask for) over a serialized FileDescriptorSet.
 * Reading the descriptors takes 0.1 s and some megabytes, so it waits for the first question.
 */
export function addReflection(server: Guard, descriptorSet: Uint8Array, services: readonly string[]): void {
  let real: Added[] | undefined;
  const answer = (version: number, method: string, call: unknown[]) => {
    real ??= reflectionServices(fileDescriptors(descriptorSet), services);
    (real[version]!.handlers[method] as Handler)(...call);
  };
  reflectionServices([], []).forEach(({ service, handlers }, version) => {
    const lazy = Object.keys(handlers).map((method) => [
      method,
      (...call: unknown[]) => answer(version, method, call),
    ]);
    server.addService(service, Object.fromEntries(lazy));
  });
}

function reflectionServices(fileDescriptorProtos: Buffer[], services: readonly string[]): Added[] {
  const definition = { descriptors: { fileDescriptorProtos } } as unknown;
  const reflection = new ReflectionService(definition as ConstructorParameters<typeof ReflectionService>[0], {
    services: [...services],
  });
  const added: Added[] = [];
  const addService: Server['addService'] = (service, handlers) => added.push({ service, handlers });
  reflection.addToServer({ addService });
  return added;
}

/** FileDescriptorSet is `repeated FileDescriptorProto file = 1`. */
function fileDescriptors(descriptorSet: Uint8Array): Buffer[] {
  const reader = new BinaryReader(descriptorSet);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) files.push(Buffer.from(reader.bytes()));
    else reader.skip(wireType, field);
  }
  return files;
}
