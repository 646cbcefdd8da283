import { WrongUse } from './failure.ts';

const FORM = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}(?:\.\d{1,3})?))?)?\s*(Z|[+-]\d{2}:\d{2})?$/i;

/** A time of the command line as RFC 3339 in UTC; without a zone it is Asia/Shanghai, without an hour the day's beginning. */
export function instant(flag: string, text: string): string {
  const [, day, minutes = '00:00', seconds = '00', zone = '+08:00'] = FORM.exec(text) ?? [];
  const at = new Date(`${day}T${minutes}:${seconds}${zone.toUpperCase()}`);
  if (day === undefined || Number.isNaN(at.getTime()) || !isDay(day)) {
    throw new WrongUse(
      `--${flag} 不是时间 / not a time: ${text}`,
      '如 2026-03-01、2026-03-01 08:30（北京时间）或 2026-03-01T00:30:00Z / e.g. …',
    );
  }
  return at.toISOString();
}

/** JavaScript takes 31 February for 3 March. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const shanghai = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** `2026-03-01 08:30:00` in Asia/Shanghai; `-` for none. */
export function shown(at: Date | undefined): string {
  return at ? shanghai.format(at) : '-';
}
