/** An element as read: names without prefix, whitespace kept. */
export interface Element {
  /** Local name. */
  readonly name: string;
  /** Namespace, '' for none. */
  readonly uri: string;
  /** Local name → value; `{uri}name` where the attribute has a prefix. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Element | string)[];
}

export function elementsOf(parent: Element, name?: string): Element[] {
  return parent.children.filter(
    (child): child is Element => typeof child !== 'string' && (name === undefined || child.name === name),
  );
}

/** The first child of the name. */
export function childOf(parent: Element | undefined, name: string): Element | undefined {
  for (const child of parent?.children ?? [])
    if (typeof child !== 'string' && child.name === name) return child;
  return undefined;
}

/** Character data of the element itself, not of elements in it. */
export function textOf(element: Element | undefined): string {
  return element?.children.filter((child) => typeof child === 'string').join('') ?? '';
}
