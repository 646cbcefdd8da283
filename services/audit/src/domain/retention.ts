/** Access entries are kept for at least so long (网络安全法 art. 21: logs, six months). */
export const KEPT_MONTHS = 6;

/** What is older than this may be erased: six calendar months before `now`, on the last day of a shorter month. */
export function erasableBefore(now: Date): Date {
  const before = new Date(now);
  const month = now.getUTCMonth() - KEPT_MONTHS;
  before.setUTCMonth(month);
  // 31 August less six months is no 31 February.
  if (before.getUTCMonth() !== (month + 12) % 12) before.setUTCDate(0);
  return before;
}
