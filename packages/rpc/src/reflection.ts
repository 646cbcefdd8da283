import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';

/** `grpc.reflection.v1` (and v1alpha, which grpcurl still asks for) over a serialized FileDescriptorSet. */
export function addReflection(server: Server, descriptorSet: Uint8Array, services: readonly string[]): void {
  const files = { descriptors: { fileDescriptorProtos: fileDescriptors(descriptorSet) } };
  const definition = files as unknown as ConstructorParameters<typeof ReflectionService>[0];
  new ReflectionService(definition, { services: [...services] }).addToServer(server);
}

/** FileDescriptorSet is `repeated FileDescriptorProto file = 1`; the files themselves stay as they are. */
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
