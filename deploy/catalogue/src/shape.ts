import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  fromBinary,
  ScalarType,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Report } from './problem.ts';

/** The shape of a message as its proto says it; throws for a name that is not in the protos. */
export type Shapes = (message: string) => DescMessage;

/** Shapes of lianzheng.catalog.v1, read from the committed descriptor set: the protos stay the one place that says them. */
export async function readShapes(): Promise<Shapes> {
  const file = fileURLToPath(import.meta.resolve('@lianzheng/proto/gen/lianzheng.binpb'));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(file)));
  return (message) => {
    const found = registry.getMessage(`lianzheng.catalog.v1.${message}`);
    if (!found) throw new RangeError(`no message ${message} in the protos`);
    return found;
  };
}

/**
 * Checks proto3 JSON against the shape and reports every unknown field and wrong value; `fromJSON` of ts-proto
 * would drop or convert them. Returns the JSON with the full names of enum values, which that reads.
 */
export function shaped(shape: DescMessage, json: unknown, path: string, report: Report): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    report(path, json, '对象', 'an object');
    return {};
  }
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const at = path ? `${path}.${name}` : name;
    const field = shape.fields.find(({ jsonName }) => jsonName === name);
    if (field) result[name] = shapedField(field, value, at, report);
    else {
      const names = shape.fields.map(({ jsonName }) => jsonName).join(', ');
      report(at, name, `字段之一：${names}`, `one of these fields`);
    }
  }
  return result;
}

function shapedField(field: DescField, value: unknown, path: string, report: Report): unknown {
  if (field.fieldKind === 'list') {
    if (Array.isArray(value))
      return value.map((one, index) => shapedValue(field, one, `${path}[${index}]`, report));
    return report(path, value, '数组', 'an array');
  }
  return shapedValue(field, value, path, report);
}

function shapedValue(
  { message, enum: values, scalar }: DescField,
  value: unknown,
  path: string,
  report: Report,
): unknown {
  if (message) return shaped(message, value, path, report);
  if (values) return enumName(values, value, path, report);
  switch (scalar) {
    case ScalarType.STRING:
      return typeof value === 'string' ? value : report(path, value, '字符串', 'a string');
    case ScalarType.BOOL:
      return typeof value === 'boolean' ? value : report(path, value, 'true 或 false', 'true or false');
    case ScalarType.UINT32:
      return isUint32(value) ? value : report(path, value, '非负整数', 'a whole number from 0');
    case ScalarType.UINT64:
      return typeof value === 'string' && /^[0-9]{1,19}$/.test(value)
        ? value
        : report(path, value, '引号内的非负整数', 'a whole number from 0 in quotes');
    default:
      throw new TypeError(`${path}: no rule for this type of the protos`);
  }
}

function isUint32(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

/** Accepts the name with and without the prefix of its enum, and not the 0 of "unspecified". */
function enumName(values: DescEnum, value: unknown, path: string, report: Report): string | undefined {
  const allowed = values.values.filter(({ number }) => number !== 0);
  const found = allowed.find(({ name, localName }) => value === name || value === localName);
  if (found) return found.name;
  const names = allowed.map(({ localName }) => localName).join(', ');
  report(path, value, `下列值之一：${names}`, 'one of these values');
  return undefined;
}
