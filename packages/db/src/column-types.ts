import pg from 'pg';

type Parser = (text: string) => unknown;

const oid = {
  int8: 20,
  date: 1082,
  timestamp: 1114,
  int8Array: 1016,
  dateArray: 1182,
  numericArray: 1231,
  textArray: 1009,
};

const asText: Parser = (text) => text;
const parseTextArray = pg.types.getTypeParser(oid.textArray) as (text: string) => (string | null)[];

/** Sequences and sizes are numbers in this code base; one that a double cannot hold must not be rounded. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 beyond 2^53-1: ${text}`);
  return value;
}

const parsers = new Map<number, Parser>([
  [oid.int8, parseInt8],
  [oid.int8Array, (text) => parseTextArray(text).map((item) => (item === null ? null : parseInt8(item)))],
  // A date of validity is a day, not an instant: through Date it would move with the time zone of the process.
  [oid.date, asText],
  [oid.dateArray, parseTextArray],
  [oid.timestamp, asText],
  [oid.numericArray, parseTextArray],
]);

/**
 * What columns become: int8 → safe number, timestamptz → Date, date → 'YYYY-MM-DD', numeric → string, bytea → Buffer,
 * jsonb → parsed value; arrays likewise. Held per connection, so that no other user of `pg` is changed.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(id)) || pg.types.getTypeParser(id, format as 'text'),
};
