/** Entries of a synthetic log; LZ_BENCH_SIZE makes it smaller for a quick look, which then says nothing of the goal. */
export function benchSize(size: number): number {
  const asked = Number(process.env.LZ_BENCH_SIZE ?? size);
  if (!Number.isSafeInteger(asked) || asked < 1_000) throw new RangeError('LZ_BENCH_SIZE: at least 1000');
  return Math.min(asked, size);
}
