// Remembers size after size and says so after each; ends by being killed.
import { openMemory } from '../src/index.ts';

const [folder, origin] = process.argv.slice(2) as [string, string];
const memory = await openMemory(folder, origin);
if (typeof memory === 'string') throw new Error(memory);
for (let size = memory.last().size + 1; ; size += 1) {
  await memory.remember({ size, root: Buffer.alloc(32, size), time: new Date(size) });
  process.stdout.write(`${size}\n`);
}
