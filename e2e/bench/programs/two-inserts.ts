// The limit of `issue`: transactions of two inserts on bare pg in a closed loop; argument: TwoInserts as JSON. Last line: LoadReport.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { closedLoop } from './closed-loop.ts';

export type TwoInserts = {
  url: string;
  connections: number;
  inFlight: number;
  warmUpMs: number;
  measureMs: number;
};

const options: TwoInserts = JSON.parse(process.argv[2]!);
const pool = new pg.Pool({ connectionString: options.url, max: options.connections });
await pool.query(
  'CREATE TABLE IF NOT EXISTS licence (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)',
);
await pool.query(
  'CREATE TABLE IF NOT EXISTS entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, leaf bytea)',
);
const body = randomBytes(600);
const leaf = randomBytes(370);

const report = await closedLoop({
  ...options,
  async call() {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query({ name: 'licence', text: 'INSERT INTO licence (body) VALUES ($1)', values: [body] });
    await client.query({ name: 'entry', text: 'INSERT INTO entry (leaf) VALUES ($1)', values: [leaf] });
    await client.query('COMMIT');
    client.release();
  },
});
await pool.end();
console.log(JSON.stringify(report));
