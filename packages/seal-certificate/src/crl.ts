import {
  type Cursor,
  contextConstructed,
  type Element,
  eitherTimeOf,
  enter,
  enumeratedOf,
  finish,
  generalizedTimeOf,
  hasMore,
  inner,
  integerOf,
  members,
  next,
  nextIf,
  parseDer,
  smallIntegerOf,
  tag,
} from '@lianzheng/der';
import { expectSm2WithSm3, type Signed } from './algorithm.ts';
import { expectSameAlgorithm, orMalformed, readSignature, serialNumberOf } from './certificate.ts';
import { SealCertificateError } from './errors.ts';
import { decodeAuthorityKeyIdentifier, decodeExtensions, type Extension, extensionIn } from './extensions.ts';
import { decodeName, type Name } from './name.ts';
import { oids } from './oids.ts';

/** CRLReason (RFC 5280 §5.3.1); removeFromCRL stands only in delta lists, which we do not read. */
export const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;
export type RevocationReason = keyof typeof reasonCodes;

export type Revocation = {
  /** As in Certificate. */
  readonly serialNumber: string;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
  /** Since when the key is known or feared to be in other hands; may be before `revokedAt`. */
  readonly invalidAt?: Date;
};

export type CertificateList = Signed & {
  readonly bytes: Uint8Array;
  readonly issuer: Name;
  readonly number?: bigint;
  readonly thisUpdateAt: Date;
  readonly nextUpdateAt?: Date;
  /** By serial number. */
  readonly revocations: ReadonlyMap<string, Revocation>;
  /** Certificates that expired after this stay listed; undefined: they may have been left out. */
  readonly keepsExpiredSince?: Date;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** Critical extensions that we do not know, of the list or an entry: partial, indirect and delta lists have them. */
  readonly unknownCritical: readonly string[];
};

const VERSION_2 = 1;
const MAX_BYTES = 64 << 20;

/** Reads an SM2 certificate revocation list, version 2, strictly; checks no signature. Throws SealCertificateError 'malformed'. */
export function parseCrl(der: Uint8Array): CertificateList {
  return orMalformed('CRL', () => {
    const bytes = Buffer.from(der);
    const cursor = enter(parseDer(bytes, 'CertificateList', { maxBytes: MAX_BYTES }));
    const tbs = next(cursor, 'tbsCertList');
    const signature = readSignature(cursor);
    return { bytes, signedBytes: tbs.bytes, ...readTbs(enter(tbs), signature.algorithm), ...signature.of };
  });
}

function readTbs(cursor: Cursor, outside: Element) {
  smallIntegerOf(next(cursor, 'version'), { min: VERSION_2, max: VERSION_2 });
  const algorithm = next(cursor, 'signature');
  expectSm2WithSm3(algorithm);
  expectSameAlgorithm(algorithm, outside);
  const issuer = decodeName(next(cursor, 'issuer'));
  const thisUpdateAt = eitherTimeOf(next(cursor, 'thisUpdate'));
  const nextUpdateAt = isTimeNext(cursor) ? eitherTimeOf(next(cursor, 'nextUpdate')) : undefined;
  const listed = nextIf(cursor, 'revokedCertificates', tag.sequence);
  const entries = listed ? members(listed).map(readEntry) : [];
  const wrapped = nextIf(cursor, 'crlExtensions', contextConstructed(0));
  finish(cursor);
  const extensions = wrapped ? decodeExtensions(inner(wrapped, 'list')) : [];
  const all = [
    ...unknownCritical(extensions, listExtensions),
    ...entries.flatMap((entry) => unknownCritical(entry.extensions, entryExtensions)),
  ];
  return {
    issuer,
    thisUpdateAt,
    nextUpdateAt,
    revocations: bySerialNumber(entries.map(({ revocation }) => revocation)),
    ...known(extensions),
    unknownCritical: all,
  };
}

const listExtensions: readonly string[] = [
  oids.crlNumber,
  oids.authorityKeyIdentifier,
  oids.expiredCertsOnCrl,
];
const entryExtensions: readonly string[] = [oids.reasonCode, oids.invalidityDate];

function isTimeNext({ of, at }: Cursor): boolean {
  return of.content[at] === tag.utcTime || of.content[at] === tag.generalizedTime;
}

function readEntry(element: Element): { revocation: Revocation; extensions: Extension[] } {
  const cursor = enter(element);
  const serialNumber = serialNumberOf(next(cursor, 'userCertificate'));
  const revokedAt = eitherTimeOf(next(cursor, 'revocationDate'));
  const extensions = hasMore(cursor) ? decodeExtensions(next(cursor, 'crlEntryExtensions')) : [];
  finish(cursor);
  const reason = extensionIn(extensions, oids.reasonCode);
  const invalid = extensionIn(extensions, oids.invalidityDate);
  const revocation = {
    serialNumber,
    revokedAt,
    reason: reason ? reasonOf(reason) : ('unspecified' as const),
    invalidAt: invalid && generalizedTimeOf(invalid),
  };
  return { revocation, extensions };
}

function reasonOf(element: Element): RevocationReason {
  const code = enumeratedOf(element);
  const known = (Object.entries(reasonCodes) as [RevocationReason, number][]).find(
    ([, value]) => value === code,
  );
  if (!known) throw new SealCertificateError('malformed', `no CRL: reason ${code}`);
  return known[0];
}

function bySerialNumber(revocations: readonly Revocation[]): Map<string, Revocation> {
  const found = new Map(revocations.map((revocation) => [revocation.serialNumber, revocation]));
  if (found.size !== revocations.length)
    throw new SealCertificateError('malformed', 'no CRL: a serial number stands twice');
  return found;
}

function known(extensions: readonly Extension[]) {
  const number = extensionIn(extensions, oids.crlNumber);
  const since = extensionIn(extensions, oids.expiredCertsOnCrl);
  const authority = extensionIn(extensions, oids.authorityKeyIdentifier);
  return {
    number: number && integerOf(number),
    keepsExpiredSince: since && generalizedTimeOf(since),
    authorityKeyIdentifier: authority && decodeAuthorityKeyIdentifier(authority),
  };
}

function unknownCritical(extensions: readonly Extension[], known: readonly string[]): string[] {
  return extensions.filter(({ id, critical }) => critical && !known.includes(id)).map(({ id }) => id);
}
