import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { ConfigError, describe, readConfig, unknownNames } from './config.ts';
import {
  boolean,
  durationMs,
  integer,
  json,
  list,
  oneOf,
  optional,
  pem,
  port,
  type Setting,
  secret,
  text,
} from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'lz-config-'));
after(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const spec = {
  node: text('LZ_NODE', { pattern: /^\d{6}$/, expected: '六位区划代码 a division code of six digits' }),
  port: port('LZ_PORT', { fallback: 42000 }),
  brokers: list('LZ_KAFKA'),
  mode: oneOf('LZ_MODE', ['standalone', 'mesh'], { fallback: 'standalone' }),
  idleMs: durationMs('LZ_IDLE', { fallback: 500, max: 60_000 }),
  batch: integer('LZ_BATCH', { fallback: 1_000, min: 1, max: 1_000, about: 'Entries per batch.' }),
  shared: boolean('LZ_SHARED', { fallback: false }),
  otlp: optional(text('LZ_OTLP')),
  password: secret('LZ_PASSWORD'),
};
const enough = { LZ_NODE: '440300', LZ_KAFKA: 'a:1, b:2', LZ_PASSWORD: 'x' };

test('fallbacks and forms', () => {
  assert.deepEqual(
    { ...readConfig({ ...enough, LZ_IDLE: '1.5s', LZ_SHARED: 'TRUE', LZ_PORT: '' }, spec) },
    {
      node: '440300',
      port: 42000,
      brokers: ['a:1', 'b:2'],
      mode: 'standalone',
      idleMs: 1_500,
      batch: 1_000,
      shared: true,
      otlp: undefined,
      password: 'x',
    },
  );
});

test('the result is frozen', () => {
  const config = readConfig(enough, spec) as { port: number };
  assert.throws(() => {
    config.port = 1;
  }, TypeError);
});

test('everything wrong is reported at once, and no secret', () => {
  const env = {
    LZ_NODE: '44030',
    LZ_PORT: '65536',
    LZ_MODE: 'mash',
    LZ_IDLE: '2m',
    LZ_BATCH: '0x10',
    LZ_SHARED: 'ja',
  };
  assert.throws(
    () => readConfig({ ...env, LZ_PASSWORD_FILE: join(folder, 'absent') }, spec),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        error.problems.map(({ name }) => name),
        ['LZ_NODE', 'LZ_PORT', 'LZ_KAFKA', 'LZ_MODE', 'LZ_IDLE', 'LZ_BATCH', 'LZ_SHARED', 'LZ_PASSWORD'],
      );
      assert.match(error.message, /LZ_NODE: 不可用的值 not usable: "44030"; 应为 expected: 六位区划代码/);
      assert.match(error.message, /LZ_KAFKA: 未设置 not set/);
      assert.match(error.message, /LZ_IDLE: 超出范围 out of range: 2m \(0 … 60000\)/);
      return true;
    },
  );
});

test('a secret may lie in a file', () => {
  const one = { password: secret('LZ_PASSWORD') };
  const path = fileWith('password', 'geheim\n');
  assert.equal(readConfig({ LZ_PASSWORD_FILE: path }, one).password, 'geheim');
  assert.throws(() => readConfig({ LZ_PASSWORD_FILE: fileWith('empty', '\n') }, one), /empty/);
  assert.equal(readConfig({}, { password: optional(one.password) }).password, undefined);
});

test('PEM and JSON files are read and checked', () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  const files = {
    ca: pem('LZ_CA'),
    peers: json('LZ_PEERS', (content) => {
      if (!Array.isArray(content)) throw new Error('应为数组 expected an array');
      return content.length;
    }),
  };
  const good = { LZ_CA: fileWith('ca.pem', certificate), LZ_PEERS: fileWith('peers.json', '[1,2]') };
  assert.deepEqual({ ...readConfig(good, files) }, { ca: certificate, peers: 2 });
  const bad = { LZ_CA: good.LZ_PEERS, LZ_PEERS: fileWith('bad.json', '{}') };
  assert.throws(() => readConfig(bad, files), /LZ_CA: 不是 PEM 文件[\s\S]*LZ_PEERS: .*应为数组/);
});

test('unknown names are probable typos', () => {
  const warnings = unknownNames(
    { ...enough, LZ_KAFKAA: 'x', LZ_ZZZZZZZZ: 'y', PATH: '', LZ_PASSWORD_FILE: 'z' },
    spec,
  );
  assert.deepEqual(warnings, [
    'LZ_KAFKAA: 未知的配置项 unknown name; 是否 did you mean LZ_KAFKA?',
    'LZ_ZZZZZZZZ: 未知的配置项 unknown name',
  ]);
});

test('describe gives one row a name', () => {
  const lines = describe(spec);
  assert.equal(lines.length, 2 + Object.keys(spec).length);
  assert.ok(
    lines.includes('| `LZ_BATCH` | `1000` | 整数 a whole number, 1 … 1000 | Entries per batch. |'),
    lines.join('\n'),
  );
});

test('whatever the text, a setting answers with a value of its range or with what is wrong', () => {
  const read = <T>(one: Setting<T>, given: string) => one.read({ X: given });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), (given) => {
      const number = read(integer('X', { min: -5, max: 5 }), given);
      assert.ok('wrong' in number || (Number.isInteger(number.value) && Math.abs(number.value) <= 5));
      const duration = read(durationMs('X'), given);
      assert.ok('wrong' in duration || (Number.isSafeInteger(duration.value) && duration.value >= 0));
    }),
  );
});
