import { run } from '@lianzheng/runtime';
import { withTelemetry } from '@lianzheng/runtime/telemetry';
import { readConfig, spec } from './config.ts';
import { start } from './service.ts';

await run(withTelemetry('exchange', start), readConfig, { specs: [spec] });
