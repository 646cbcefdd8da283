import type { FieldViolation } from './errors.ts';

// google.protobuf.Timestamp is defined from year 1 to year 9999; what lies beyond may not even be a Date.
const earliestMs = Date.parse('0001-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T23:59:59.999Z');
const badTime = '时间不在公元 1 至 9999 年 / time outside of the years 1 to 9999';

// The limit of the other implementations of protobuf.
const deepest = 100;
const tooDeep = `嵌套超过 ${deepest} 层 / nested deeper than ${deepest}`;

type Fault = { description: string; steps: string[] };

/**
 * Finds what decodes but makes no sense anywhere: a timestamp outside of its range, or nesting without end.
 * The field is its path in the proto, e.g. `rows[3].decided_at`.
 */
export function findFault(message: unknown): FieldViolation | undefined {
  const fault = faultIn(message, 0);
  return (
    fault && { field: fault.steps.reverse().join('').replace(/^\./, ''), description: fault.description }
  );
}

/** Steps from the inside out; nothing is built unless there is something to tell. */
function faultIn(value: unknown, depth: number): Fault | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  if (value instanceof Date) {
    const ms = value.getTime();
    return ms >= earliestMs && ms <= latestMs ? undefined : { description: badTime, steps: [] };
  }
  const inner = Array.isArray(value) ? depth : depth + 1;
  if (inner > deepest) return { description: tooDeep, steps: [] };
  for (const key in value) {
    const fault = faultIn((value as Record<string, unknown>)[key], inner);
    if (fault) {
      if (fault.description !== tooDeep) fault.steps.push(stepName(value, key));
      return fault;
    }
  }
  return undefined;
}

function stepName(parent: object, key: string): string {
  if (Array.isArray(parent)) return `[${key}]`;
  // A oneof is { $case, value }; the field that was sent is the case.
  const name = '$case' in parent ? String(parent.$case) : key;
  return `.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}
