/** RFC 4648 §4, canonical only (padding present, no stray bits or characters); undefined otherwise. */
export function base64Strict(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
