/** Asia/Shanghai is UTC+8 and has had no daylight saving since 1991; validity is judged by today's rule throughout. */
const OFFSET_MS = 8 * 3_600_000;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;

/** Whether `text` is YYYY-MM-DD and such a day exists. Days compare as text. */
export function isDay(text: string): boolean {
  const parts = DAY.exec(text);
  if (!parts) return false;
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(Number(parts[1]), month);
}

/** The day, YYYY-MM-DD, that it is in Asia/Shanghai. */
export function shanghaiDay(at: Date): string {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant at which the day begins in Asia/Shanghai. */
export function startOfDay(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) - OFFSET_MS);
}

/** The same day of the month so many months later, or the month's last: 2024-02-29 and 12 months give 2025-02-28. */
export function addMonths(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const monthsSinceZero = year * 12 + (month - 1) + months;
  const laterYear = Math.floor(monthsSinceZero / 12);
  const laterMonth = (monthsSinceZero % 12) + 1;
  const laterDate = Math.min(date, daysInMonth(laterYear, laterMonth));
  return new Date(Date.UTC(laterYear, laterMonth - 1, laterDate)).toISOString().slice(0, 10);
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
