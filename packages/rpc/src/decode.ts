import { isUtf8 } from 'node:buffer';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { invalidArgument } from './errors.ts';

/** Where in the message a string is not what a string must be. */
class BadText extends Error {}

/** Refuses what the standard reader lets through: malformed UTF-8 (it would become U+FFFD) and NUL (PostgreSQL has none). */
class StrictReader extends BinaryReader {
  override string(): string {
    const bytes = this.bytes();
    if (!isUtf8(bytes)) throw new BadText(`不是 UTF-8 / not UTF-8, before byte ${this.pos}`);
    if (bytes.includes(0)) throw new BadText(`含有 NUL / contains NUL, before byte ${this.pos}`);
    return (bytes as Buffer).toString('utf8');
  }
}

/**
 * Decodes a message from the network with a generated `…Deserialize`.
 * Junk, malformed text and nesting beyond the stack are INVALID_ARGUMENT: the sender's fault, never ours.
 */
export function decodeMessage<T>(deserialize: (bytes: Buffer) => T, bytes: Buffer): T {
  try {
    // The generated decoder takes a reader in place of bytes.
    return deserialize(new StrictReader(bytes) as unknown as Buffer);
  } catch (cause) {
    throw undecodable(cause);
  }
}

function undecodable(cause: unknown) {
  const description =
    cause instanceof BadText ? cause.message : '不是合法的 protobuf 消息 / not a valid protobuf message';
  return invalidArgument(
    { field: '', description },
    `请求无法解析 / undecodable request: ${description}`,
    'MALFORMED_MESSAGE',
  );
}
