import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { copyRows, type Database, isUniqueViolation, openDatabase } from './index.ts';

const COPY = 'COPY item (id, amount, bytes) FROM STDIN (FORMAT binary)';
const types = ['int8', 'int4', 'bytea'] as const;

let postgres: TestPostgres;
let db: Database;

before(async () => {
  postgres = await testPostgres();
  db = openDatabase({ url: (await postgres.freshDatabase()).url, applicationName: 'copy test', max: 2 });
  await db.tx((tx) => tx.execute('CREATE TABLE item (id int8 PRIMARY KEY, amount int4, bytes bytea)'));
});
after(async () => {
  await db?.close();
  await postgres?.stop();
});
beforeEach(() => db.tx((tx) => tx.execute('TRUNCATE item')));

const stored = () => db.read((reader) => reader.rows('SELECT id, amount, bytes FROM item ORDER BY id'));

test('rows of several pieces, with nulls, negative numbers and no bytes', async () => {
  const pieces = [
    copyRows(types, [
      [1, -5, Buffer.from([0, 255])],
      [-(2n ** 52n), null, null],
    ]),
    copyRows(types, []),
    copyRows(types, [[3n, 2 ** 31 - 1, new Uint8Array()]]),
  ];
  assert.equal(await db.tx((tx) => tx.copy(COPY, pieces)), 3);
  assert.deepEqual(await stored(), [
    { id: -(2 ** 52), amount: null, bytes: null },
    { id: 1, amount: -5, bytes: Buffer.from([0, 255]) },
    { id: 3, amount: 2 ** 31 - 1, bytes: Buffer.alloc(0) },
  ]);
});

test('more than a socket takes at once', async () => {
  const bytes = Buffer.alloc(65_536, 7);
  function* pieces() {
    for (let piece = 0; piece < 64; piece += 1)
      yield copyRows(
        types,
        [0, 1, 2, 3].map((n) => [piece * 4 + n, 0, bytes]),
      );
  }
  assert.equal(await db.tx((tx) => tx.copy(COPY, pieces())), 256);
});

test('what is refused at once is not sent on to the next statement', async () => {
  const bytes = Buffer.alloc(65_536, 7);
  function* pieces() {
    for (let id = 0; id < 256; id += 1) yield copyRows(types, [[id, 0, bytes]]);
  }
  const nowhere = COPY.replace('item', 'no_such_table');
  for (let round = 0; round < 3; round += 1) {
    await assert.rejects(
      db.tx((tx) => tx.copy(nowhere, pieces())),
      /no_such_table/,
    );
    assert.equal(await db.tx((tx) => tx.copy(COPY, [copyRows(types, [[round, 0, bytes]])])), 1);
  }
  assert.equal((await stored()).length, 3);
});

test('a row that PostgreSQL refuses takes all of the transaction with it', async () => {
  const twice = copyRows(types, [
    [1, 0, null],
    [1, 0, null],
  ]);
  await assert.rejects(
    db.tx(async (tx) => {
      await tx.execute('INSERT INTO item (id) VALUES (7)');
      await tx.copy(COPY, [twice]);
    }),
    (error) => isUniqueViolation(error),
  );
  assert.deepEqual(await stored(), []);
});

test('a piece that cannot be made is the error, and the connection goes on', async () => {
  const cause = new Error('no such piece');
  function* pieces() {
    yield copyRows(types, [[1, 0, null]]);
    throw cause;
  }
  await assert.rejects(
    db.tx((tx) => tx.copy(COPY, pieces())),
    cause,
  );
  assert.equal(await db.tx((tx) => tx.copy(COPY, [copyRows(types, [[2, 0, null]])])), 1);
  assert.deepEqual(await stored(), [{ id: 2, amount: 0, bytes: null }]);
});

test('queries called at once with a COPY run in their turn', async () => {
  await db.tx(async (tx) => {
    const copied = tx.copy(COPY, [copyRows(types, [[1, 0, null]])]);
    const counted = tx.row<{ n: number }>('SELECT count(*) AS n FROM item');
    assert.deepEqual([await copied, await counted], [1, { n: 1 }]);
  });
});

test('a row with too few values is refused before anything is sent', () => {
  assert.throws(() => copyRows(types, [[1, 2]]), RangeError);
});
