/** `20261124081500Z`: the form of X.690 §11.7 and RFC 5280 §4.1.2.5, in UTC, whole seconds. Years 0 to 9999. */
export function formatGeneralizedTime(at: Date): string {
  const iso = at.toISOString();
  if (iso.length !== '2026-11-24T08:15:00.000Z'.length)
    throw new RangeError(`no year of four digits: ${iso}`);
  return `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}

/** `261124081500Z`: years 1950 to 2049 only. */
export function formatUtcTime(at: Date): string {
  const year = at.getUTCFullYear();
  if (year < 1950 || year > 2049) throw new RangeError(`UTCTime ends before the year ${year}`);
  return formatGeneralizedTime(at).slice(2);
}

/** Undefined for another form (zone, missing seconds) and for a day that no calendar has. Milliseconds at most; no trailing zeros. */
export function parseGeneralizedTime(text: string): Date | undefined {
  const found = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\.\d{0,2}[1-9])?Z$/.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ''] = found;
  const seconds = `${second}${fraction.padEnd(4, fraction === '' ? ' ' : '0').trimEnd()}`;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${seconds}Z`);
  // Date takes February 30 for March 2 and 24:00 for the next day: what it writes again must be what was read.
  const same = !Number.isNaN(at.getTime()) && formatGeneralizedTime(at) === text.replace(/\.\d+/, '');
  return same ? at : undefined;
}

/** Years 50 to 99 are of the last century (RFC 5280 §4.1.2.5.1). */
export function parseUtcTime(text: string): Date | undefined {
  if (!/^\d{12}Z$/.test(text)) return undefined;
  return parseGeneralizedTime(`${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}`);
}
