import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '@lianzheng/db';
import { carrierAlarm } from '../src/follow/carriers.ts';
import { acknowledgeAlarm, listAlarms, raiseAlarmOnce } from '../src/store/alarms.ts';
import { exchangeDatabases } from './databases.ts';

const newDatabase = await exchangeDatabases();
const begun = Date.UTC(2026, 2, 1);

const failAt = (database: Database, seconds: number, node = '440100') =>
  database.tx((tx) =>
    raiseAlarmOnce(
      tx,
      carrierAlarm({ node, flow: `${node}->440000`, trace: 'it', at: new Date(begun + seconds * 1_000) }),
    ),
  );

test('a carrier that fails with every start raises one alarm until somebody has seen it', async () => {
  const database = await newDatabase();
  assert.equal(await failAt(database, 10), true);
  assert.equal(await failAt(database, 25), false);
  assert.equal(await failAt(database, 25, '440300'), true);
  const [, first] = await database.read(listAlarms);
  await database.tx((tx) =>
    acknowledgeAlarm(tx, Number(first!.alarmId), {
      caller: 'operator',
      at: new Date(begun + 60_000),
      note: '',
    }),
  );
  assert.equal(await failAt(database, 40), false, 'told again after a restart of the exchange');
  assert.equal(await failAt(database, 70), true);
  assert.equal((await database.read(listAlarms)).length, 3);
});
