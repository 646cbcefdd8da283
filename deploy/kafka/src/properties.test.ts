import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertiesText } from './properties.ts';

/** What java.util.Properties does to the value of a line that starts with a plain key. */
function readBack(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      const value = line.slice(at + 1).replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
      return [line.slice(0, at), value];
    }),
  );
}

test('every value is read back as it was meant', () => {
  const key = fc.stringMatching(/^[a-z0-9>.-]{1,20}$/);
  const value = fc.stringMatching(/^[!-~][ -~]{0,20}$/).map((text) => text.replace('~', '\n'));
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (properties) => {
      assert.deepEqual(readBack(propertiesText(properties)), properties);
    }),
  );
});

test('a regular expression keeps its backslashes', () => {
  assert.equal(propertiesText({ topics: 'lianzheng\\..*' }), 'topics=lianzheng\\\\..*\n');
});
