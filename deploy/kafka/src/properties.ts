export type Properties = Readonly<Record<string, string | number | boolean>>;

/** A Java properties file; backslashes (of regular expressions) are doubled as that form asks. */
export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}

export function withPrefix(prefix: string, properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${prefix}${key}`, value]));
}
