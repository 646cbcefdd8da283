// The rules of structure (architecture §5): tests that bite.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { roles } from '../proto/gen/roles.ts';

const root = path.resolve(import.meta.dirname, '..');
const exclude = ['**/node_modules/**', 'proto/gen/**', 'var/**'];
const sources = globSync('{packages,services,deploy,e2e,scripts}/**/*.ts', { cwd: root, exclude }).sort();
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

type Import = { file: string; to: string };
const imports: Import[] = sources.flatMap((file) =>
  [
    ...read(file).matchAll(/(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/g),
  ].map((match) => ({
    file,
    to: (match[1] ?? match[2])!,
  })),
);

const folders = (glob: string) =>
  globSync(`${glob}/package.json`, { cwd: root, exclude })
    .map((file) => path.dirname(file))
    .sort();
const services = folders('services/*').map((folder) => path.basename(folder));
const show = (found: Import[]) => found.map(({ file, to }) => `${file} → ${to}`);
const isTest = (file: string) => file.endsWith('.test.ts') || file.includes('/test/');

test('services import no service', () => {
  const sideways = imports.filter(
    ({ file, to }) =>
      file.startsWith('services/') &&
      !isTest(file) &&
      services.some((name) => to.startsWith(`@lianzheng/${name}`) && to.split('/')[1] === name),
  );
  assert.deepEqual(show(sideways), []);
});

test('packages import neither services nor deploy nor e2e', () => {
  const upwards = imports.filter(
    ({ file, to }) =>
      file.startsWith('packages/') &&
      !isTest(file) &&
      ((services.includes(to.split('/')[1] ?? '') && to.startsWith('@lianzheng/')) ||
        /^@lianzheng\/(deploy-|e2e)/.test(to)),
  );
  assert.deepEqual(show(upwards), []);
});

const owners: [library: string, owner: string[]][] = [
  ['kafkajs', ['packages/kafka/']],
  ['pg', ['packages/db/', 'deploy/postgres/']],
  ['@grpc/grpc-js', ['packages/rpc/']],
];
for (const [library, allowed] of owners)
  test(`${library} only in ${allowed.join(', ')}`, () => {
    const elsewhere = imports.filter(
      ({ file, to }) =>
        (to === library || to.startsWith(`${library}/`)) &&
        !allowed.some((folder) => file.startsWith(folder)) &&
        !file.startsWith('e2e/') &&
        !isTest(file),
    );
    assert.deepEqual(show(elsewhere), []);
  });

test('domain/ is pure', () => {
  const impure = /^(@lianzheng\/(db|kafka|deploy)|pg|kafkajs|node:(fs|net|http|child_process))/;
  const found = imports.filter(
    ({ file, to }) => /^services\/\w+\/src\/domain\//.test(file) && !isTest(file) && impure.test(to),
  );
  assert.deepEqual(show(found), []);
  const upwards = imports.filter(
    ({ file, to }) =>
      /^services\/\w+\/src\/domain\//.test(file) &&
      /^\.\.\/(?!domain)/.test(to) &&
      !/\/domain\/.+\//.test(file),
  );
  assert.deepEqual(show(upwards), []);
});

const kebab = (name: string) => name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
const servedElsewhere = new Set(['LogService']);

test('every RPC has a handler file named after it', () => {
  const missing = Object.keys(roles)
    .map((rpc) => /^\/lianzheng\.(\w+)\.v1\.(\w+)\/(\w+)$/.exec(rpc)!)
    .filter(([, , service]) => !servedElsewhere.has(service!))
    .map(([, name, , method]) => `services/${name}/src/handlers/${kebab(method!)}.ts`)
    .filter((file) => !sources.includes(file));
  assert.deepEqual(missing, []);
});

test('every environment name of a service stands in its README or in that of all services', () => {
  const namesIn = (file: string) => read(file).match(/\bLZ_[A-Z_]+/g) ?? [];
  const ofAll = read('services/README.md');
  const everywhere = namesIn('packages/runtime/src/process-spec.ts');
  const missing = services.flatMap((name) => {
    const readme = ofAll + read(`services/${name}/README.md`);
    const names = new Set([...namesIn(`services/${name}/src/config.ts`), ...everywhere]);
    return [...names]
      .filter((variable) => !readme.includes(variable))
      .map((variable) => `${name}: ${variable}`);
  });
  assert.deepEqual(missing, []);
});

test('every package and service has a README that is read in a minute', () => {
  const lines = (file: string) =>
    globSync(file, { cwd: root }).length > 0 ? read(file).split('\n').length - 1 : 0;
  const outside = [...folders('packages/*'), ...folders('services/*')]
    .map((folder) => `${folder}/README.md: ${lines(`${folder}/README.md`)} lines`)
    .filter((found) => !/: (2\d|3\d|40) lines$/.test(found));
  assert.deepEqual(outside, []);
});

test('no drawer packages, no SQL now(), no Date.now() in domain code', () => {
  const drawers = sources.filter((file) => /\/(common|shared|utils?|helpers?|misc)(\/|\.ts$)/.test(file));
  assert.deepEqual(drawers, []);
  const sqlClock = /`[^`]*\b(SELECT|INSERT|UPDATE|DELETE)\b[^`]*\b((?<!\.)now\(\)|current_timestamp)[^`]*`/i;
  const sqlNow = sources.filter(
    (file) => file.startsWith('services/') && !isTest(file) && sqlClock.test(read(file)),
  );
  assert.deepEqual(sqlNow, []);
  const wallClock = sources.filter(
    (file) => /\/domain\//.test(file) && !isTest(file) && /Date\.now\(\)/.test(read(file)),
  );
  assert.deepEqual(wallClock, []);
});

test('one spelling: licence', () => {
  const odd = sources.filter(
    (file) =>
      /\blicense/i.test(read(file).replaceAll("'license'", '')) && !file.startsWith('scripts/structure'),
  );
  assert.deepEqual(odd, []);
});

test('no committed file names a path of a workplace', () => {
  const found = sources.filter((file) => /['"`/ (]\/(work|root)\//.test(read(file)));
  assert.deepEqual(found, []);
});
