export { type Databases, databasesAt } from './databases.ts';
export type { Settings } from './settings.ts';
export { type Postgres, type PostgresOptions, type StopMode, startPostgres } from './start-postgres.ts';
export { type TestPostgres, testPostgres } from './test-postgres.ts';
