import { run } from '@lianzheng/runtime';
import { readConfig, spec } from './config.ts';
import { start } from './service.ts';

await run(start, readConfig, { specs: [spec] });
