export { type Config, readConfig, spec } from './config.ts';
export { auditMigrations, type Overrides } from './context.ts';
export { start } from './service.ts';
