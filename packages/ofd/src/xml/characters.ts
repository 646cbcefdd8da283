/** Not a Char of XML 1.0 §2.2; an unpaired surrogate too. */
export const ILLEGAL =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const START =
  'A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const MORE = `${START}\\-.0-9\\xB7\\u0300-\\u036F\\u203F-\\u2040`;

/** A new matcher of a name with or without prefix (Namespaces in XML 1.0 §4), sticky. */
export function qualifiedName(): RegExp {
  return new RegExp(`(?:([${START}][${MORE}]*):)?([${START}][${MORE}]*)`, 'uy');
}
