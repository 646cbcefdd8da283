import {
  booleanDefaultFalse,
  booleanOf,
  type Element,
  enter,
  finish,
  members,
  next,
  nextIf,
  octetString,
  octetStringOf,
  oid,
  oidOf,
  type Part,
  sequence,
  tag,
} from '@lianzheng/der';

/** ExtData ::= SEQUENCE {extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING}. */
export type ExtensionData = { readonly id: string; readonly critical: boolean; readonly value: Uint8Array };

/** Undefined for none, which is left out. */
export function encodeExtensions(extensions: readonly ExtensionData[]): Part {
  if (extensions.length === 0) return undefined;
  return sequence(
    ...extensions.map(({ id, critical, value }) =>
      sequence(oid(id), booleanDefaultFalse(critical), octetString(value)),
    ),
  );
}

/** Other software writes the default down; what was signed are the bytes, so that does no harm. */
export function decodeExtensions(element: Element | undefined): ExtensionData[] {
  if (!element) return [];
  return members(element).map((each) => {
    const cursor = enter(each);
    const id = oidOf(next(cursor, 'extnID'));
    const critical = nextIf(cursor, 'critical', tag.boolean);
    const value = octetStringOf(next(cursor, 'extnValue'));
    finish(cursor);
    return { id, critical: critical !== undefined && booleanOf(critical), value };
  });
}
