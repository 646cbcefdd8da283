import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identityOf, parseCallerUri, sanUris } from './caller.ts';
import { isMeshError } from './errors.ts';

test('an identity URI names node, kind and id', () => {
  assert.deepEqual(parseCallerUri('lianzheng://440300/department/shenzhen-tax.2'), {
    uri: 'lianzheng://440300/department/shenzhen-tax.2',
    node: '440300',
    kind: 'department',
    id: 'shenzhen-tax.2',
  });
});

test('anything else is no identity', () => {
  const wrong = [
    '',
    'lianzheng://440300/department/',
    'lianzheng://440300/department/a/b',
    'lianzheng://440300/department/a/',
    'lianzheng://440300/department/a?b',
    'lianzheng://440300/department/a#b',
    'lianzheng://440300/department/a%2fb',
    'lianzheng://440300/department/..',
    'lianzheng://440300:1/department/a',
    'lianzheng://user@440300/department/a',
    'LIANZHENG://440300/department/a',
    'lianzheng://440300/holder/a',
    'lianzheng://44030/department/a',
    'lianzheng://４４０３００/department/a',
    'https://440300/department/a',
    'lianzheng://440300/department/a\n',
    `lianzheng://440300/department/${'a'.repeat(65)}`,
  ];
  for (const uri of wrong) assert.equal(parseCallerUri(uri), undefined, JSON.stringify(uri));
});

test('parse accepts exactly what it can print again', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
  const kind = fc.constantFrom('service', 'department', 'auditor', 'operator');
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{6}$/), kind, id, (node, kindOf, idOf) => {
      const parsed = parseCallerUri(`lianzheng://${node}/${kindOf}/${idOf}`);
      assert.deepEqual(parsed && [parsed.node, parsed.kind, parsed.id], [node, kindOf, idOf]);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => parseCallerUri(text) === undefined));
});

test('a URI inside of another name is not a URI of the certificate', () => {
  // Node quotes a name with separators as JSON, so that it cannot pass for two.
  const forged =
    'DNS:"a, URI:lianzheng://440300/service/exchange, DNS:b", URI:lianzheng://440300/department/x';
  assert.deepEqual(sanUris(forged), ['lianzheng://440300/department/x']);
  assert.deepEqual(sanUris('DNS:a.example, IP Address:127.0.0.1, URI:x:y'), ['x:y']);
  assert.deepEqual(sanUris(undefined), []);
});

test('none, several and unknown URIs are UNAUTHENTICATED, each with its reason', () => {
  const a = 'URI:lianzheng://440300/department/a';
  const cases: [string | undefined, string][] = [
    [undefined, 'NO_IDENTITY'],
    ['DNS:localhost', 'NO_IDENTITY'],
    [`${a}, ${a}`, 'AMBIGUOUS_IDENTITY'],
    [`${a}, URI:https://example.cn`, 'AMBIGUOUS_IDENTITY'],
    ['URI:https://example.cn', 'UNKNOWN_IDENTITY'],
    ['URI:"lianzheng://440300/department/a"', 'UNKNOWN_IDENTITY'],
    ['"', 'SAN_UNREADABLE'],
  ];
  for (const [subjectAltName, reason] of cases)
    assert.throws(
      () => identityOf(subjectAltName),
      (error) => isMeshError(error, 'UNAUTHENTICATED') && error.reason === reason,
      subjectAltName,
    );
});
