import { NAMESPACE, type SignatureEntry } from '@lianzheng/ofd';
import { document, element, text } from '@lianzheng/ofd/xml';

/** Signatures.xml (GB/T 33190 §18.1). `maxId` counts signatures and stamps together. */
export function encodeSignaturesXml(
  maxId: number,
  signatures: readonly Omit<SignatureEntry, 'folder'>[],
): Buffer {
  return document(
    element(
      'ofd:Signatures',
      { 'xmlns:ofd': NAMESPACE },
      element('ofd:MaxSignId', {}, text(String(maxId))),
      ...signatures.map(({ id, type, location }) =>
        element('ofd:Signature', { ID: id, Type: type, BaseLoc: `/${location}` }),
      ),
    ),
  );
}
