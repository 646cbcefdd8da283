export { type Config, readConfig, spec } from './config.ts';
export { type Overrides, start } from './service.ts';
