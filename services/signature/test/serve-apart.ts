// The service as a process, which says where it listens; ends by being killed.
import { readConfig, start } from '../src/index.ts';

const { address } = await start(readConfig(process.env));
process.stdout.write(`${address}\n`);
