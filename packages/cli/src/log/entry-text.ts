import { CatalogBody } from '@lianzheng/proto/catalog/v1/objects';
import {
  AccessLeafBody,
  AliasBody,
  ErasedBody,
  IndexBody,
  Leaf,
  LeafKind,
  StatusBody,
} from '@lianzheng/proto/log/v1/leaf';
import type { Entry } from '@lianzheng/proto/log/v1/log';
import { shown } from '../times.ts';
import { both, operationWords, stateWords } from '../words.ts';
import { kindName } from './check.ts';

/** An entry as JSON: the leaf decoded, with its body where this release knows the kind. */
export function entryJson({ sequence, leaf: bytes }: Entry): unknown {
  const leaf = decoded(bytes);
  if (!leaf) return { sequence: String(sequence), kind: '?', leaf: bytes.toString('base64') };
  const { kind, critical, subject, body } = leaf;
  const text = bodies[kind]?.toJSON(body) ?? body.toString('base64');
  return { sequence: String(sequence), kind: kindName(kind), critical, subject, body: text };
}

/** An entry on one line. */
export function entryLine({ sequence, leaf: bytes }: Entry): string {
  const leaf = decoded(bytes);
  const text = leaf ? (bodies[leaf.kind]?.line(leaf.body) ?? leaf.subject) : '无法解码 cannot be decoded';
  return `${String(sequence).padStart(8)}  ${(leaf ? kindName(leaf.kind) : '?').padEnd(8)} ${text}`;
}

function decoded(bytes: Uint8Array): Leaf | undefined {
  try {
    return Leaf.decode(bytes);
  } catch {
    return undefined;
  }
}

type Shown = { toJSON(body: Uint8Array): unknown; line(body: Uint8Array): string };

function shownBy<T>(
  codec: { decode(bytes: Uint8Array): T; toJSON(message: T): unknown },
  line: (message: T) => string,
): Shown {
  return { toJSON: (body) => codec.toJSON(codec.decode(body)), line: (body) => line(codec.decode(body)) };
}

const bodies: Readonly<Record<number, Shown | undefined>> = {
  [LeafKind.STATUS]: shownBy(StatusBody, (body) => {
    const term = `${body.validFrom}…${body.validTo || '长期'}`;
    return [
      shown(body.recordedAt),
      both(operationWords(body.operation)),
      `→ ${both(stateWords(body.state))}`,
      `r${body.revision}`,
      term,
      body.identifier,
    ].join('  ');
  }),
  [LeafKind.INDEX]: shownBy(IndexBody, (body) => `${body.sequence}/${body.holderNumber}`),
  [LeafKind.ALIAS]: shownBy(AliasBody, (body) => hex(body.presentCommitment)),
  [LeafKind.ERASED]: shownBy(ErasedBody, (body) => `${body.sequence}/${body.holderNumbers.join(',')}`),
  [LeafKind.CATALOG]: shownBy(CatalogBody, ({ object, recordedAt }) =>
    [
      shown(recordedAt),
      object?.object?.$case ?? '?',
      object?.key,
      `v${object?.version}`,
      ...(object?.retired ? ['停用 retired'] : []),
    ].join('  '),
  ),
  [LeafKind.ACCESS]: shownBy(AccessLeafBody, (body) => hex(body.commitment)),
};

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
