/**
 * For `node`, before the program: what calls leave behind is gone long before the young generation would grow to three times
 * that. Set from within a process it comes too late.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8'];

/**
 * What a node's process takes over of ours. glibc keeps memory for each of up to eight times as many threads as there are cores;
 * with a compile cache (scripts/prepare.sh names one) a process starts in half the time and never loads the stripper of types.
 */
export const launchEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
});
