import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, type LogLevel } from './logger.ts';
import { withoutPersonal } from './redaction.ts';

function logging(write: (logger: ReturnType<typeof createLogger>) => void, level?: LogLevel) {
  const lines: string[] = [];
  write(
    createLogger({
      service: 'issuance',
      node: '440300',
      level,
      stream: { write: (line) => lines.push(line) },
    }),
  );
  return { text: lines.join(''), lines: lines.map((line) => JSON.parse(line)) };
}

test('a line carries level, service, node and time', () => {
  const { lines } = logging((logger) => logger.info({ licence: '1.2.156' }, 'issued'));
  const { time, ...rest } = lines[0];
  assert.ok(!Number.isNaN(Date.parse(time)));
  assert.deepEqual(rest, {
    level: 'info',
    service: 'issuance',
    node: '440300',
    licence: '1.2.156',
    msg: 'issued',
  });
});

test('levels below the one asked for are silent', () => {
  const { lines } = logging((logger) => {
    logger.info('no');
    logger.warn('yes');
  }, 'warn');
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['yes'],
  );
});

test('personal data that somebody logs is removed at any depth', () => {
  const { text, lines } = logging((logger) => {
    logger.info(
      { holder_code: 'P1', a: { certNo: 'P2', rows: [{ 姓名: 'P3' }, { CZZTDM: 'P4', ok: 1 }] } },
      'm',
    );
  });
  assert.doesNotMatch(text, /P[1-4]/);
  assert.equal(lines[0].a.rows[1].ok, 1);
});

test('an error keeps its code and cause, not the row that PostgreSQL quotes', () => {
  const refused = Object.assign(new Error('duplicate key'), {
    code: '23505',
    constraint: 'one',
    detail: 'Key (P1)',
  });
  const { text, lines } = logging((logger) =>
    logger.error({ err: new Error('outer', { cause: refused }) }, 'm'),
  );
  assert.doesNotMatch(text, /P1/);
  assert.deepEqual([lines[0].err.cause.code, lines[0].err.cause.constraint], ['23505', 'one']);
  assert.match(lines[0].err.stack, /logger\.test/);
});

test('what holds nothing personal is not copied', () => {
  const value = { a: [1, { b: new Date(0) }], c: Buffer.from('x') };
  assert.equal(withoutPersonal(value), value);
});
