/** The middle one; of an even number the mean of the two. Throws RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that `share` (0 … 1) of the sorted values do not exceed. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) throw new RangeError('a quantile of nothing');
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** `0.71 (0.69 … 0.74)`: the median and between which the runs lie. */
export function spread(values: readonly number[], digits = 0): string {
  const show = (value: number) => value.toLocaleString('en', { maximumFractionDigits: digits });
  return `${show(median(values))} (${show(Math.min(...values))} … ${show(Math.max(...values))})`;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
