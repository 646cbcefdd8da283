/** RFC 7468: lines of 64 characters, a line feed at the end, so that files may be joined. */
export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The blocks of this label in a PEM text, in order; what stands between them is explanation. */
export function pemBlocks(label: string, text: string): Buffer[] {
  const block = new RegExp(`-----BEGIN ${label}-----\\s+([A-Za-z0-9+/=\\s]+?)-----END ${label}-----`, 'g');
  return [...text.matchAll(block)].map(([, base64]) => Buffer.from(base64!, 'base64'));
}
