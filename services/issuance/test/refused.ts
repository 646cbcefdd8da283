import assert from 'node:assert/strict';
import type { MeshError } from '@lianzheng/rpc';

/** For assert.rejects: the error has this code and reason, and names this field or these facts. */
export function refused(
  code: string,
  reason?: string,
  expected: { field?: string; facts?: Record<string, string> } = {},
) {
  return (error: MeshError): true => {
    assert.equal(error.code, code, error.message);
    if (reason !== undefined) assert.equal(error.reason, reason, error.message);
    if (expected.field !== undefined) {
      assert.ok(
        error.details.fields?.some(({ field }) => field === expected.field),
        error.message,
      );
    }
    for (const [name, value] of Object.entries(expected.facts ?? {})) {
      assert.equal(error.details.metadata?.[name], value);
    }
    return true;
  };
}
