import { SealError } from '../errors.ts';

/** Kinds of seals by their code in SES_ESPropertyInfo: 法定名称章, 专用章, 名章. */
export const sealKinds = { 'legal-name': 1, 'special-purpose': 2, name: 3 } as const;
export type SealKind = keyof typeof sealKinds;

/** A seal that the document says it must bear. Its place in the list is its turn. */
export type RequiredSeal = {
  readonly kind: SealKind;
  /** Name of the department: organisation or common name of the signer's certificate. */
  readonly department: string;
};

/** Short name of the CustomData that names the required seals (签章要求): one entry each, in the order of sealing. */
export const REQUIRED_SEALS = 'QZYQ';

type Metadata = readonly (readonly [name: string, value: string])[];

/** Metadata that a document must have before its first seal. A file without a seal that it names is not complete. */
export function requiredSealsMetadata(required: readonly RequiredSeal[]): [name: string, value: string][] {
  return required.map(({ kind, department }, index) => [
    REQUIRED_SEALS,
    `${index + 1} ${kind} ${department}`,
  ]);
}

/** The seals that a document names; undefined where it names none. Throws SealError 'malformed'. */
export function requiredSealsOf(metadata: Metadata): RequiredSeal[] | undefined {
  const values = metadata.filter(([name]) => name === REQUIRED_SEALS).map(([, value]) => value);
  if (values.length === 0) return undefined;
  return values.map((value, index) => {
    const [, order, kind, department] = /^(\d+) (\S+) (\S.*)$/.exec(value) ?? [];
    if (Number(order) !== index + 1 || !kind || !isKind(kind) || !department)
      throw new SealError('malformed', `${REQUIRED_SEALS}: ${value}`);
    return { kind, department };
  });
}

function isKind(text: string): text is SealKind {
  return Object.hasOwn(sealKinds, text);
}
