// Ways to change a sealed document that a forger, a broken disk or a careless program might find.
import { type Entries, pack } from '@lianzheng/ofd';

export type Random = {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  of<T>(all: readonly T[]): T;
};

/** Repeatable by its seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => next() % limit;
  return { below, of: (all) => all[below(all.length)]! };
}

/** A sealed document as it lies in a file, and what is in it. */
export type Sealed = { readonly file: Buffer; readonly entries: Entries };

type Mutation = (of: Sealed, other: Sealed, random: Random) => Buffer;

function flip(bytes: Uint8Array, { below }: Random): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 1 + below(3); count > 0 && copy.length > 0; count--) {
    const at = below(copy.length);
    copy[at] = copy[at]! ^ (1 << below(8));
  }
  return copy;
}

function spliced(bytes: Uint8Array, { below }: Random, insert: Uint8Array, remove: number): Buffer {
  const at = below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

const edited = ({ entries }: Sealed, edit: (copy: Entries, names: string[]) => void): Buffer => {
  const copy = new Map(entries);
  edit(copy, [...copy.keys()]);
  return pack(copy);
};

const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');

/** One place of many where `pattern` stands is replaced. */
function replaced(bytes: Uint8Array, pattern: RegExp, by: (found: string) => string, { of }: Random): Buffer {
  const before = textOf(bytes);
  const places = [...before.matchAll(pattern)];
  if (places.length === 0) return Buffer.from(bytes);
  const place = of(places);
  const end = place.index + place[0].length;
  return Buffer.from(before.slice(0, place.index) + by(place[0]) + before.slice(end), 'latin1');
}

const isXml = (name: string) => name.endsWith('.xml');
const isDer = (name: string) => /\.(dat|esl)$/.test(name);
const isMedium = (name: string) => /\.(ttf|png|jpg)$/.test(name);

const flippedEntry =
  (which: (name: string) => boolean): Mutation =>
  (of, _, random) =>
    edited(of, (copy, names) => {
      const name = random.of(names.filter(which));
      copy.set(name, flip(copy.get(name)!, random));
    });

const xmlEdit =
  (pattern: RegExp, by: (found: string) => string): Mutation =>
  (of, _, random) =>
    edited(of, (copy, names) => {
      const name = random.of(names.filter(isXml));
      copy.set(name, replaced(copy.get(name)!, pattern, by, random));
    });

export const mutations: Readonly<Record<string, Mutation>> = {
  'bytes of the zip flipped': ({ file }, _, random) => flip(file, random),
  'bytes put into the zip': ({ file }, _, random) =>
    spliced(file, random, Buffer.alloc(1 + random.below(9), random.below(256)), 0),
  'bytes taken from the zip': ({ file }, _, random) =>
    spliced(file, random, Buffer.alloc(0), 1 + random.below(9)),
  'the end of the zip cut off': ({ file }, _, { below }) => file.subarray(0, below(file.length)),
  'the directory of the zip flipped': ({ file }, _, random) => {
    const start = file.readUInt32LE(file.length - 6);
    return Buffer.concat([file.subarray(0, start), flip(file.subarray(start), random)]);
  },
  'XML flipped': flippedEntry(isXml),
  'DER flipped': flippedEntry(isDer),
  'a picture or font flipped': flippedEntry((name) => isMedium(name) || name.endsWith('.esl')),
  'bytes put into DER': (of, _, random) =>
    edited(of, (copy, names) => {
      const name = random.of(names.filter(isDer));
      copy.set(name, spliced(copy.get(name)!, random, Buffer.of(random.below(256)), random.below(2)));
    }),
  'a length of DER in its long form': (of, _, random) =>
    edited(of, (copy, names) => {
      const name = random.of(names.filter(isDer));
      const bytes = copy.get(name)!;
      const at = random.below(bytes.length - 2);
      copy.set(name, Buffer.concat([bytes.subarray(0, at + 1), Buffer.of(0x81), bytes.subarray(at + 1)]));
    }),
  'white space in XML': xmlEdit(/>/g, (found) => `${found}\n`),
  'other quotation marks in XML': xmlEdit(/"[^"']*"/g, (found) => `'${found.slice(1, -1)}'`),
  'a digit in XML changed': xmlEdit(/\d/g, (found) => String((Number(found) + 1) % 10)),
  'an attribute of XML twice': xmlEdit(/ [A-Za-z]+="[^"]*"/g, (found) => found + found),
  'a comment in XML': xmlEdit(/></g, () => '><!-- x --><'),
  'an entry added': (of, _, random) =>
    edited(of, (copy, names) => {
      const folder = random.of(names).replace(/[^/]*$/, '');
      copy.set(
        `${folder}${random.of(['a', 'More', 'Content', 'Signature'])}${random.below(99)}.xml`,
        Buffer.from('<a/>'),
      );
    }),
  'an entry removed': (of, _, random) => edited(of, (copy, names) => copy.delete(random.of(names))),
  'an entry renamed': (of, _, random) =>
    edited(of, (copy, names) => {
      const name = random.of(names);
      copy.set(`${name}${random.below(9)}`, copy.get(name)!);
      copy.delete(name);
    }),
  'an entry emptied': (of, _, random) =>
    edited(of, (copy, names) => copy.set(random.of(names), Buffer.alloc(0))),
  'entries swapped': (of, _, random) =>
    edited(of, (copy, names) => {
      const [a, b] = [random.of(names), random.of(names)];
      const [first, second] = [copy.get(a)!, copy.get(b)!];
      copy.set(a, second).set(b, first);
    }),
  'an entry of another document': (of, other, random) =>
    edited(of, (copy) => {
      const name = random.of([...other.entries.keys()]);
      copy.set(name, other.entries.get(name)!);
    }),
  'the signature folder of another document': (of, other) =>
    edited(of, (copy) => {
      for (const [name, bytes] of other.entries) if (name.includes('/Sign_0/')) copy.set(name, bytes);
    }),
  'a seal stripped': (of, _, random) =>
    edited(of, (copy, names) => {
      const last = names.some((name) => name.includes('/Sign_1/'))
        ? random.of(['Sign_0', 'Sign_1'])
        : 'Sign_0';
      for (const name of names) if (name.includes(`/${last}/`)) copy.delete(name);
      const list = 'Doc_0/Signs/Signatures.xml';
      const kept = textOf(copy.get(list)).replace(new RegExp(`<ofd:Signature [^>]*${last}/[^>]*>`), '');
      copy.set(list, Buffer.from(kept, 'latin1'));
    }),
  'packed again': ({ entries }, _, { below }) => {
    const all = [...entries];
    return pack(new Map([...all.slice(below(all.length)), ...all]));
  },
};
