import { ILLEGAL } from './characters.ts';

/** Markup that is escaped already, as `element` returns it. */
export type Markup = string & { readonly markup: unique symbol };

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Undefined attributes are left out; numbers are written with up to 4 decimals. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element; names are the caller's constants. Throws a RangeError for a character that XML cannot carry. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Markup[]): Markup {
  let tag = `<${name}`;
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined)
      tag += ` ${key}="${typeof value === 'string' ? escapeValue(value) : plain(value)}"`;
  }
  return (children.length === 0 ? `${tag}/>` : `${tag}>${children.join('')}</${name}>`) as Markup;
}

/** Character data. */
export function text(value: string): Markup {
  if (!/[&<>\r\ud800-\udfff\ufffe\uffff\x00-\x1f]/.test(value)) return value as Markup;
  refuseIllegal(value);
  return value.replace(/[&<>\r]/g, escaped) as Markup;
}

export function document(root: Markup): Buffer {
  return Buffer.from(DECLARATION + root);
}

export function decimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('not a number');
  return String(Math.round(value * 10_000) / 10_000 || 0);
}

function plain(value: number | boolean): string {
  return typeof value === 'number' ? decimal(value) : String(value);
}

function escapeValue(value: string): string {
  if (!/[&<>"\ud800-\udfff\ufffe\uffff\x00-\x1f]/.test(value)) return value;
  refuseIllegal(value);
  return value.replace(/[&<>"\r\n\t]/g, escaped);
}

function refuseIllegal(value: string): void {
  const found = ILLEGAL.exec(value);
  if (found) throw new RangeError(`XML cannot carry U+${found[0].charCodeAt(0).toString(16).toUpperCase()}`);
}

function escaped(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return `&#${character.charCodeAt(0)};`;
  }
}
