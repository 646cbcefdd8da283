import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type FileRegistry,
  fromBinary,
} from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Names the field of a request of RPC `path` whose content begins at byte `at`, e.g. `holders[0].code`. */
export type FieldNamer = (path: string, bytes: Uint8Array, at: number) => string;

/** Reads the descriptors at the first use only: they are needed when somebody sends nonsense. */
export function createFieldNamer(descriptorSet: Uint8Array): FieldNamer {
  let registry: FileRegistry | undefined;
  return (path, bytes, at) => {
    registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet));
    const [, service, rpc] = path.split('/');
    const method = registry.getService(service!)?.methods.find(({ name }) => name === rpc);
    return method ? nameOf(method.input, stepsTo(bytes, at)) : '';
  };
}

type Step = { number: number; index: number };

/** Which field, and which of its repetitions, at each level of nesting down to the content that begins at `at`. */
function stepsTo(bytes: Uint8Array, at: number): Step[] {
  const steps: Step[] = [];
  let [from, to] = [0, bytes.length];
  while (from < at) {
    const inner = enclosing(bytes.subarray(from, to), at - from);
    if (!inner) break;
    steps.push(inner.step);
    [from, to] = [from + inner.start, from + inner.end];
  }
  return steps;
}

function enclosing(message: Uint8Array, at: number): { step: Step; start: number; end: number } | undefined {
  const reader = new BinaryReader(message);
  const seen = new Map<number, number>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const index = seen.get(number) ?? 0;
    seen.set(number, index + 1);
    if (wireType !== 2 /* length-delimited */) {
      reader.skip(wireType, number);
      continue;
    }
    const length = reader.bytes().length;
    const end = reader.pos;
    const start = end - length;
    if (start <= at && at < end) return { step: { number, index }, start, end };
  }
  return undefined;
}

function nameOf(message: DescMessage, steps: readonly Step[]): string {
  let inner: DescMessage | undefined = message;
  const names = steps.map(({ number, index }) => {
    const field: DescField | undefined = inner?.fields.find((candidate) => candidate.number === number);
    inner = field?.message;
    const name = field?.name ?? `${number}`;
    return field?.fieldKind === 'list' ? `${name}[${index}]` : name;
  });
  return names.join('.');
}
