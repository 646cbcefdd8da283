/** What a document may cost before it is refused. */
export interface XmlLimits {
  /** Elements within elements. */
  readonly depth: number;
  /** Elements and attributes together. */
  readonly nodes: number;
  /** Bytes. */
  readonly size: number;
}

export const XML_LIMITS: XmlLimits = { depth: 64, nodes: 500_000, size: 32 << 20 };
