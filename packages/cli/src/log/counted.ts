import type { Progress } from '../progress.ts';
import type { LogChunk } from './chunk.ts';

/** The same chunks, each told to the progress as it goes by. */
export async function* counted(
  chunks: AsyncIterable<LogChunk>,
  progress: Progress,
): AsyncGenerator<LogChunk, void, undefined> {
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.entries.length;
    progress.update(done, chunk.total);
    yield chunk;
  }
}
