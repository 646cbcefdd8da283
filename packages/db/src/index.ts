export type { Connection } from './connection.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { isConnectionLoss, isSerializationFailure, isUniqueViolation, sqlState } from './errors.ts';
export { notify } from './listen.ts';
export { type MigrateOptions, type MigrationSet, migrate } from './migrate.ts';
export { MigrationError } from './migrations.ts';
export { roleName, serviceUrl } from './service-url.ts';
export type { Isolation, ReadOptions, TxOptions } from './transaction.ts';
export type { QueryOptions, Reader, Tx } from './tx.ts';
