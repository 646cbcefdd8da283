/**
 * For `node`, before the program. The young generation: what calls leave behind is gone long before it would grow to three times
 * that. The old one is cleaned when it has grown by half: on a machine of much memory V8 would let it grow to four times what lives
 * in it. Set from within a process it comes too late.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

/**
 * What a node's process takes over of ours. glibc keeps memory for each of up to eight times as many threads as there are cores,
 * and with thresholds that move it never gives back what large buffers were; these are its defaults, made to stay. With a compile
 * cache (scripts/prepare.sh names one) a process starts in half the time and never loads the stripper of types.
 */
export const launchEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
});
