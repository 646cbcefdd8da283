import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';
import { type TestPostgres, testPostgres } from '@lianzheng/deploy-postgres';
import { isMeshError } from '@lianzheng/rpc/errors';
import { type Database, isUniqueViolation, notify, openDatabase, type Tx, together } from './index.ts';

let postgres: TestPostgres;
let db: Database;
let url: string;

before(async () => {
  postgres = await testPostgres();
  ({ url } = await postgres.freshDatabase());
  db = openDatabase({ url, applicationName: 'db test', max: 4, statementTimeoutMs: 2_000 });
  await db.tx((tx) => tx.execute('CREATE TABLE item (id int8 CONSTRAINT item_id PRIMARY KEY, note text)'));
});
after(async () => {
  await db?.close();
  await postgres?.stop();
});
beforeEach(() => db.tx((tx) => tx.execute('TRUNCATE item')));

const insert = (tx: Tx, id: number, note = '') =>
  tx.execute('INSERT INTO item (id, note) VALUES ($1, $2)', [id, note]);
const ids = async () =>
  (await db.read((r) => r.rows<{ id: number }>('SELECT id FROM item ORDER BY id'))).map(({ id }) => id);

test('a statement commits by itself, and a second one is refused', async () => {
  assert.equal(await db.statement((tx) => insert(tx, 1)), 1);
  await assert.rejects(
    db.statement(async (tx) => {
      await insert(tx, 2);
      await insert(tx, 3);
    }),
    /more than 1 statement/,
  );
  assert.deepEqual(await ids(), [1, 2]);
});

test('types', async () => {
  const at = new Date('2026-03-01T00:00:00.123Z');
  const row = await db.read((reader) =>
    reader.row(
      `SELECT $1::int8 AS big, $2::timestamptz AS at, $3::date AS day, $4::bytea AS bytes, $5::jsonb AS json, $6::numeric AS amount,
        $7::int8[] AS bigs, $8::bytea[] AS parts, $9::text[] AS texts, $10::date[] AS days, $11::numeric[] AS amounts`,
      [
        ...[2n ** 53n - 1n, at, '2026-02-28', new Uint8Array([0, 255]), JSON.stringify([1]), '1.10'],
        ...[
          [1, null, 3n],
          [Buffer.from('a"\\'), new Uint8Array([0])],
          ['𠮷', 'a"b,{}'],
          ['2026-12-31'],
          ['0.10'],
        ],
      ],
    ),
  );
  assert.deepEqual(row, {
    ...{ big: 2 ** 53 - 1, at, day: '2026-02-28', bytes: Buffer.from([0, 255]), json: [1], amount: '1.10' },
    ...{ bigs: [1, null, 3], parts: [Buffer.from('a"\\'), Buffer.from([0])], texts: ['𠮷', 'a"b,{}'] },
    ...{ days: ['2026-12-31'], amounts: ['0.10'] },
  });
});

test('an int8 that a double cannot hold is an error, not a rounded number', async () => {
  await assert.rejects(
    db.read((r) => r.row('SELECT 9007199254740992::int8')),
    /beyond 2\^53-1/,
  );
  await assert.rejects(
    db.read((r) => r.row("SELECT '{-9007199254740993}'::int8[]")),
    RangeError,
  );
  assert.deepEqual(await db.read((r) => r.row('SELECT 1 AS one')), { one: 1 });
});

test('unnest inserts arrays as rows', async () => {
  const count = await db.tx((tx) =>
    tx.execute('INSERT INTO item (id, note) SELECT * FROM unnest($1::int8[], $2::text[])', [
      [1, 2, 3],
      ['a', null, 'c'],
    ]),
  );
  assert.deepEqual([count, await ids()], [3, [1, 2, 3]]);
});

test('a throw rolls back', async () => {
  await assert.rejects(
    db.tx(async (tx) => {
      await insert(tx, 1);
      throw new Error('no');
    }),
    /^Error: no$/,
  );
  assert.deepEqual(await ids(), []);
});

test('a swallowed error does not pass for a commit', async () => {
  const swallowing = db.tx(async (tx) => {
    await insert(tx, 1);
    await insert(tx, 1).catch(() => {});
  });
  await assert.rejects(swallowing, /nothing was committed/);
  assert.deepEqual(await ids(), []);
});

test('unique violations are told by constraint', async () => {
  const twice = db.tx(async (tx) => {
    await insert(tx, 1);
    await insert(tx, 1);
  });
  await assert.rejects(twice, (error) => {
    assert.ok(
      isUniqueViolation(error) && isUniqueViolation(error, 'item_id') && !isUniqueViolation(error, 'other'),
    );
    return true;
  });
});

test('queries called at once run one after another, without a warning of pg', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  await db.tx((tx) => Promise.all([1, 2, 3, 4].map((id) => insert(tx, id))));
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  assert.deepEqual([warnings, await ids()], [[], [1, 2, 3, 4]]);
});

test('a transaction cannot be used after its end', async () => {
  const kept = await db.tx(async (tx) => tx);
  await assert.rejects(kept.rows('SELECT 1'), /after its end/);
});

test('named statements', async () => {
  const find = (id: number) =>
    db.read((r) => r.row<{ twice: number }>('SELECT 2 * $1::int8 AS twice', [id], { name: 'twice' }));
  assert.deepEqual([await find(1), await find(2)], [{ twice: 2 }, { twice: 4 }]);
});

test('a snapshot sees one state; without it statements see the newest', async () => {
  const count = 'SELECT count(*) AS count FROM item';
  const twice = (snapshot: boolean) =>
    db.read(
      async (reader) => {
        const first = await reader.row<{ count: number }>(count);
        await db.tx((tx) => insert(tx, snapshot ? 1 : 2));
        return [first?.count, (await reader.row<{ count: number }>(count))?.count];
      },
      { snapshot },
    );
  assert.deepEqual(await twice(true), [0, 0]);
  assert.deepEqual(await twice(false), [1, 2]);
});

test('statements that travel together run in order; of those that fail the first one counts, and nothing stays', async () => {
  const seen = await db.tx(async (tx) => {
    const [, rows] = await together([insert(tx, 1), tx.rows('SELECT id FROM item'), insert(tx, 2)]);
    return rows;
  });
  assert.deepEqual(seen, [{ id: 1 }]);
  const doomed = db.tx((tx) => together([insert(tx, 3), insert(tx, 1), insert(tx, 4)]));
  await assert.rejects(doomed, (error) => isUniqueViolation(error, 'item_id'));
  assert.deepEqual(await ids(), [1, 2]);
});

test('serialization failures run again when asked', async () => {
  await db.tx((tx) => insert(tx, 1, '0'));
  let runs = 0;
  let reads = 0;
  const bothRead = Promise.withResolvers<void>();
  const increment = async (tx: Tx) => {
    runs += 1;
    const row = await tx.row<{ note: string }>('SELECT note FROM item WHERE id = 1');
    reads += 1;
    if (reads === 2) bothRead.resolve();
    await bothRead.promise;
    await tx.execute('UPDATE item SET note = $1 WHERE id = 1', [String(Number(row?.note) + 1)]);
  };
  const options = { isolation: 'serializable', retrySerialization: 5 } as const;
  await Promise.all([db.tx(increment, options), db.tx(increment, options)]);
  const row = await db.read((r) => r.row('SELECT note FROM item WHERE id = 1'));
  assert.deepEqual([row, runs], [{ note: '2' }, 3]);
});

test('a statement that takes too long is DEADLINE_EXCEEDED', async () => {
  const impatient = openDatabase({ url, applicationName: 'impatient', statementTimeoutMs: 20 });
  await assert.rejects(
    impatient.read((r) => r.rows('SELECT pg_sleep(5)')),
    (e) => isMeshError(e, 'DEADLINE_EXCEEDED'),
  );
  await impatient.close();
});

test('no free connection in time is UNAVAILABLE', async () => {
  const small = openDatabase({ url, applicationName: 'small', max: 1, connectTimeoutMs: 2_000 });
  await small.tx(() =>
    assert.rejects(
      small.read((r) => r.rows('SELECT 1')),
      (e) => isMeshError(e, 'UNAVAILABLE'),
    ),
  );
  await small.close();
});

test('a lock belongs to one connection at a time, and losing the connection is seen', async () => {
  const held = Promise.withResolvers<void>();
  const first = db.connection(async (connection) => {
    assert.equal(await connection.tryLock('relay status'), true);
    const pid = await connection.read((r) => r.row<{ pid: number }>('SELECT pg_backend_pid() AS pid'));
    held.resolve();
    const lost = connection.lost.aborted || once(connection.lost, 'abort');
    await db.read((r) => r.rows('SELECT pg_terminate_backend($1)', [pid?.pid]));
    await lost;
    await assert.rejects(
      connection.tx((tx) => insert(tx, 1)),
      (e) => isMeshError(e, 'UNAVAILABLE'),
    );
  });
  await held.promise;
  await db.connection(async (connection) => {
    await first;
    assert.equal(await connection.tryLock('relay status'), true);
    assert.equal(await db.connection((other) => other.tryLock('relay status')), false);
    await connection.unlock('relay status');
    assert.equal(await db.connection((other) => other.tryLock('relay status')), true);
  });
});

test('hints arrive, one after each connection and one for each NOTIFY', async () => {
  const hints: string[] = [];
  let arrived = Promise.withResolvers<void>();
  const next = async () => {
    await arrived.promise;
    arrived = Promise.withResolvers();
  };
  const stop = db.listen('item_added', (payload) => {
    hints.push(payload);
    arrived.resolve();
  });
  await next();
  await db.tx((tx) => notify(tx, 'item_added', 'one'));
  await next();
  const listening =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()";
  assert.equal((await db.read((r) => r.rows(listening))).length, 1);
  await next();
  await db.tx((tx) => notify(tx, 'item_added', 'two'));
  await next();
  stop();
  assert.deepEqual(hints, ['', 'one', '', 'two']);
});
