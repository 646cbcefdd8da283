import { parseIdentifier } from '@lianzheng/identifier';

/** What a licence is known by: its identifier without version and check character. */
export interface Identity {
  readonly typeCode: string;
  readonly issuerCode: string;
  readonly serial: string;
}

/** `identifier` is one. */
export function identityOf(identifier: string): Identity {
  const { typeCode, issuerCode, serial } = parseIdentifier(identifier);
  return { typeCode, issuerCode, serial };
}

export function keyOf({ typeCode, issuerCode, serial }: Identity): string {
  return `${typeCode}.${issuerCode}.${serial}`;
}

/** The three columns as arrays, for unnest. */
export function identityColumns(identities: readonly Identity[]): [string[], string[], string[]] {
  return [
    identities.map(({ typeCode }) => typeCode),
    identities.map(({ issuerCode }) => issuerCode),
    identities.map(({ serial }) => serial),
  ];
}

/** One of each, in an order that all transactions share: they lock and insert in it. */
export function distinct(identities: readonly Identity[]): Identity[] {
  const byKey = new Map(identities.map((identity) => [keyOf(identity), identity]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
}
