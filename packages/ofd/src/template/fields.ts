import { OfdError } from '../error.ts';

type Json = Record<string, unknown>;

/** Reads fields of a JSON object, each once; what nobody read is unknown and refused by `end`. */
export interface Fields {
  readonly path: string;
  text(key: string, fallback?: string): string;
  number(key: string, least: number, most: number, fallback?: number): number;
  flag(key: string, fallback: boolean): boolean;
  choice<T extends string>(key: string, allowed: readonly T[], fallback?: T): T;
  numbers(key: string, length: number): number[];
  object(key: string): Fields;
  list<T>(key: string, read: (fields: Fields) => T): T[];
  texts(key: string): string[];
  has(key: string): boolean;
  end(): void;
  fault(key: string, zh: string, en: string): OfdError;
}

const MAX_LIST = 2_000;

export function fieldsOf(json: unknown, path: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new OfdError(path, '应为对象', 'should be an object');
  const object = json as Json;
  const seen = new Set<string>();
  const take = (key: string) => {
    seen.add(key);
    return Object.hasOwn(object, key) ? object[key] : undefined;
  };
  const at = (key: string) => (path ? `${path}.${key}` : key);
  const fault = (key: string, zh: string, en: string) => new OfdError(at(key), zh, en);
  const array = (key: string): unknown[] => {
    const value = take(key) ?? [];
    if (!Array.isArray(value) || value.length > MAX_LIST) throw fault(key, '应为数组', 'should be an array');
    return value;
  };
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  return {
    path,
    text(key, fallback) {
      const value = take(key) ?? fallback;
      if (typeof value !== 'string') throw fault(key, '应为字符串', 'should be a string');
      return value;
    },
    number(key, least, most, fallback) {
      const value = take(key) ?? fallback;
      if (!isNumber(value) || value < least || value > most)
        throw fault(key, `应为 ${least} 至 ${most} 的数`, `should be a number from ${least} to ${most}`);
      return value;
    },
    flag(key, fallback) {
      const value = take(key) ?? fallback;
      if (typeof value !== 'boolean') throw fault(key, '应为 true 或 false', 'should be true or false');
      return value;
    },
    choice(key, allowed, fallback) {
      const value = take(key) ?? fallback;
      const found = allowed.find((one) => one === value);
      if (found === undefined)
        throw fault(key, `应为：${allowed.join('、')}`, `should be one of ${allowed.join(', ')}`);
      return found;
    },
    numbers(key, length) {
      const value = take(key);
      if (!Array.isArray(value) || value.length !== length || !value.every(isNumber))
        throw fault(key, `应为${length}个数`, `should be ${length} numbers`);
      return value;
    },
    object: (key) => fieldsOf(take(key), at(key)),
    list(key, read) {
      return array(key).map((one, index) => {
        const fields = fieldsOf(one, `${at(key)}[${index}]`);
        const result = read(fields);
        fields.end();
        return result;
      });
    },
    texts(key) {
      const value = array(key);
      if (!value.every((one) => typeof one === 'string'))
        throw fault(key, '应为字符串数组', 'should be strings');
      return value;
    },
    has: (key) => Object.hasOwn(object, key),
    end() {
      const unknown = Object.keys(object).find((key) => !seen.has(key));
      if (unknown !== undefined) throw fault(unknown, '未知的字段', 'unknown field');
    },
    fault,
  };
}
