/** Where a page ended: the entries that follow are older, or of the same time with a smaller id. */
export type PageEnd = { at: Date; id: string };

export function formatPageToken({ at, id }: PageEnd): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url');
}

/** `undefined` for text that `formatPageToken` did not make. */
export function parsePageToken(token: string): PageEnd | undefined {
  const match = /^(-?\d{1,15}) (\S{1,128})$/.exec(Buffer.from(token, 'base64url').toString('utf8'));
  const end = match && { at: new Date(Number(match[1])), id: match[2]! };
  return end && formatPageToken(end) === token ? end : undefined;
}
