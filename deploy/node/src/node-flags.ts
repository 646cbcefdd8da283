/**
 * For `node`, before the program: what calls leave behind is gone long before the young generation would grow to three times
 * that. Set from within a process it comes too late.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8'];
