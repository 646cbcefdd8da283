export { type Config, readConfig, spec } from './config.ts';
export { issuanceMigrations, type Overrides } from './context.ts';
export { start } from './service.ts';
