import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { WrongUse } from './failure.ts';
import { isObject, type JsonObject } from './input.ts';

/** Generated code of a message. */
export type Codec<T> = { decode(bytes: Uint8Array): T };

/**
 * A message from proto3 JSON, strictly: ts-proto's `fromJSON` would drop unknown fields and convert wrong values.
 * Enum values may be given without their prefix. `name` as in the protos: `lianzheng.exchange.v1.VerifyLicenceRequest`.
 * Throws WrongUse that names the field.
 */
export async function readMessage<T>(name: string, codec: Codec<T>, json: unknown): Promise<T> {
  const registry = await protos();
  const shape = registry.getMessage(name);
  if (!shape) throw new RangeError(`no message ${name} in the protos`);
  try {
    const message = fromJson(shape, normalised(shape, json) as JsonValue, { registry });
    return codec.decode(toBinary(shape, message));
  } catch (error) {
    throw new WrongUse(problemOf(error as Error, name));
  }
}

/** Objects go into one another, `over` counts; lists and values are replaced. Names may be written in either way. */
export async function mergeRequests(name: string, under: JsonObject, over: JsonObject): Promise<JsonObject> {
  const shape = (await protos()).getMessage(name);
  if (!shape) throw new RangeError(`no message ${name} in the protos`);
  return merged(normalised(shape, under) as JsonObject, normalised(shape, over) as JsonObject);
}

let loading: Promise<Registry> | undefined;

function protos(): Promise<Registry> {
  loading ??= readFile(fileURLToPath(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'))).then(
    (bytes) => createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)),
  );
  return loading;
}

function merged(under: JsonObject, over: JsonObject): JsonObject {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = result[key];
    // Also over nothing: what a flag left out must not stand there as undefined.
    result[key] = isObject(value) ? merged(isObject(below) ? below : {}, value) : value;
  }
  return result;
}

/** Field names in lower camel case, enum values in full; what it does not know stays for the strict reader to refuse. */
function normalised(shape: DescMessage, json: unknown): unknown {
  if (!isObject(json) || shape.typeName.startsWith('google.protobuf.')) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const field = shape.fields.find(({ name, jsonName }) => key === jsonName || key === name);
      return field ? [field.jsonName, normalisedField(field, value)] : [key, value];
    }),
  );
}

function normalisedField(field: DescField, value: unknown): unknown {
  const one = (item: unknown) => {
    if (field.message) return normalised(field.message, item);
    return field.enum ? enumName(field, field.enum, item) : item;
  };
  return field.fieldKind === 'list' && Array.isArray(value) ? value.map(one) : one(value);
}

/** Numbers are taken too, as proto3 JSON does. */
function enumName(field: DescField, { values }: DescEnum, value: unknown): unknown {
  const named = values.find(({ name, localName }) => value === name || value === localName);
  if (named || typeof value !== 'string') return named?.name ?? value;
  const names = values.slice(1).map(({ localName }) => localName);
  const place = `${field.parent.name}.${field.name}`;
  throw new WrongUse(
    `请求的 ${place} 应为 / the request's ${place} must be one of ${names.join(', ')}: ${value}`,
  );
}

/** `cannot decode field a.b.Message.field_name from JSON: why` → `字段 field_name …` */
function problemOf({ message }: Error, name: string): string {
  const [, kind, path = '', why = message] =
    /^cannot decode (field|message) (\S+) from JSON: (.*)$/s.exec(message) ?? [];
  const place = kind === 'field' ? path.split('.').slice(-2).join('.') : (path || name).split('.').at(-1);
  return `请求的 ${place} 有误 / the request's ${place}: ${why}`;
}
