import { isUtf8 } from 'node:buffer';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type FieldViolation, invalidArgument, type MeshError } from './errors.ts';
import { findFault } from './inspect.ts';

/** A string that is none, and where in the message its content begins. */
class BadText extends Error {
  readonly at: number;

  constructor(description: string, at: number) {
    super(description);
    this.at = at;
  }
}

/** Refuses what the standard reader lets through: malformed UTF-8 (it becomes U+FFFD) and NUL (PostgreSQL has none). */
class StrictReader extends BinaryReader {
  override string(): string {
    const bytes = this.bytes() as Buffer;
    if (!isUtf8(bytes)) throw new BadText('不是 UTF-8 / not UTF-8', this.pos - bytes.length);
    if (bytes.includes(0)) throw new BadText('含有 NUL 字符 / contains NUL', this.pos - bytes.length);
    return bytes.toString('utf8');
  }
}

/** Names the field whose content begins at byte `at`. */
export type NameField = (bytes: Buffer, at: number) => string;

/**
 * Decodes a message from the network with a generated `…Deserialize`.
 * Junk, malformed text, endless nesting and times outside of the years 1 to 9999 are INVALID_ARGUMENT: the sender's fault, never ours.
 */
export function decodeMessage<T>(deserialize: (bytes: Buffer) => T, bytes: Buffer, nameField?: NameField): T {
  const message = read(deserialize, bytes, nameField);
  const fault = findFault(message);
  if (fault) throw undecodable(fault);
  return message;
}

function read<T>(deserialize: (bytes: Buffer) => T, bytes: Buffer, nameField: NameField | undefined): T {
  try {
    // The generated decoder takes a reader in place of bytes.
    return deserialize(new StrictReader(bytes) as unknown as Buffer);
  } catch (cause) {
    throw undecodable(
      cause instanceof BadText
        ? { field: nameField?.(bytes, cause.at) ?? '', description: cause.message }
        : { field: '', description: '不是合法的 protobuf 消息 / not a valid protobuf message' },
    );
  }
}

function undecodable(violation: FieldViolation): MeshError {
  const where = violation.field === '' ? '' : `${violation.field}: `;
  const message = `请求无法解析 / undecodable request: ${where}${violation.description}`;
  return invalidArgument(violation, message, 'MALFORMED_MESSAGE');
}
