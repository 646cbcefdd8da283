import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { type ErrorDetails, MeshError, meshCodes } from './errors.ts';
import { fromStatus, toStatus } from './status.ts';

// Short enough to stay whole: a grapheme may have several code units.
const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => value.toWellFormed());
const record = fc.dictionary(fc.stringMatching(/^[a-z]{1,9}(_[a-z]{1,9})?$/), text, {
  minKeys: 1,
  noNullPrototype: true,
});
const anyError = fc.record({
  code: fc.constantFrom(...meshCodes),
  message: text.filter((value) => value !== ''),
  reason: fc.stringMatching(/^[A-Z][A-Z_]{0,30}$/),
  fields: fc.option(
    fc.array(fc.record({ field: text, description: text }, { noNullPrototype: true }), {
      minLength: 1,
      maxLength: 20,
    }),
    { nil: undefined },
  ),
  metadata: fc.option(record, { nil: undefined }),
  retryAfterMs: fc.option(fc.nat(), { nil: undefined }),
});

test('code, reason, message and details come back as they went', () => {
  fc.assert(
    fc.property(anyError, ({ code, message, reason, ...given }) => {
      const details = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const sent = toStatus(new MeshError(code, message, { reason, details: details as ErrorDetails }));
      assert.equal(sent.code, status[code]);
      const back = fromStatus(sent);
      assert.deepEqual([back.code, back.reason, back.message], [code, reason, message]);
      assert.deepEqual(back.details, details);
    }),
  );
});

test('a cause is not sent', () => {
  const cause = new Error('password=secret');
  const { metadata, details } = toStatus(new MeshError('UNAVAILABLE', '稍后再试', { cause }));
  const [bytes] = metadata.get('grpc-status-details-bin');
  assert.ok(bytes instanceof Buffer);
  assert.ok(!`${bytes.toString('latin1')}${details}`.includes('secret'));
});

test('many fields and long texts are cut to what trailers may hold, and say so', () => {
  const fields = Array.from({ length: 1000 }, (_, i) => ({
    field: `rows[${i}]`,
    description: '错'.repeat(1000),
  }));
  const { metadata, details } = toStatus(
    new MeshError('INVALID_ARGUMENT', '错'.repeat(10_000), { details: { fields } }),
  );
  const [bytes] = metadata.get('grpc-status-details-bin') as Buffer[];
  assert.ok(encodeURI(details).length + bytes!.toString('base64').length < 8000);
  const back = fromStatus({ code: status.INVALID_ARGUMENT, details, metadata }).details.fields!;
  assert.equal(back[0]?.field, 'rows[0]');
  assert.equal(back.at(-1)?.description, `另有 ${1001 - back.length} 项 / and ${1001 - back.length} more`);
});

test('a lone surrogate in a message does not break the answer', () => {
  const { details } = toStatus(new MeshError('NOT_FOUND', 'a\ud800b'));
  assert.doesNotThrow(() => encodeURI(details));
});

test('a status outside of our codes is INTERNAL with its name as the reason', () => {
  const foreign = (code: number) => fromStatus({ code, details: 'x', metadata: new Metadata() });
  assert.deepEqual(
    [foreign(status.UNIMPLEMENTED).code, foreign(status.UNIMPLEMENTED).reason],
    ['INTERNAL', 'UNIMPLEMENTED'],
  );
  assert.deepEqual(
    [foreign(status.DATA_LOSS).code, foreign(status.DATA_LOSS).reason],
    ['INTERNAL', 'DATA_LOSS'],
  );
  assert.deepEqual([foreign(999).code, foreign(999).reason], ['INTERNAL', 'UNKNOWN']);
});

test('details that cannot be read leave the plain status', () => {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]));
  const error = fromStatus({ code: status.NOT_FOUND, details: 'gone', metadata });
  assert.deepEqual(
    [error.code, error.reason, error.message, error.details],
    ['NOT_FOUND', 'NOT_FOUND', 'gone', {}],
  );
});
