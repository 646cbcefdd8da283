import { readCatalogue } from '@lianzheng/deploy-catalogue';
import type { CatalogueSnapshot } from '@lianzheng/enrolment';
import { encodeLeaf } from '@lianzheng/log';
import { appendLeafHashes, emptyFrontier, frontierRoot, leafHash } from '@lianzheng/merkle';
import { formatLogCheckpoint, formatLogOrigin, signerFromKey, signNote } from '@lianzheng/note';
import { CatalogBody, type CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { LeafKind } from '@lianzheng/proto/log/v1/leaf';
import { logKey } from './keys.ts';

/** The province's catalogue log, signed with its key: what catalog would have written of these objects. */
export async function catalogueOf(
  province: { dir: string; node: string },
  objects: readonly CatalogObject[],
  now: Date,
): Promise<CatalogueSnapshot> {
  const { node } = province;
  const entries = objects.map((object, index) => {
    const body = CatalogBody.encode({ object: { ...object, version: 1, node }, recordedAt: now }).finish();
    const leaf = encodeLeaf({ kind: LeafKind.CATALOG, subject: `object ${index}`, body });
    return { sequence: BigInt(index), leaf, holders: [] };
  });
  const root = frontierRoot(
    appendLeafHashes(
      emptyFrontier(),
      entries.map(({ leaf }) => leafHash(leaf)),
    ),
  );
  const origin = { node, log: 'catalog', generation: 1 } as const;
  const text = formatLogCheckpoint({ ...origin, size: entries.length, root, time: now, previousSize: 0 });
  const signer = signerFromKey(formatLogOrigin(origin), await logKey(province.dir, 'catalog'));
  return { entries, checkpoints: [Buffer.from(await signNote(text, [signer]))] };
}

/** Types, departments and issuers of the catalogue that stands in deploy/catalogue, as the province would have them. */
export async function provinceObjects(node: string): Promise<CatalogObject[]> {
  const catalogue = (await readCatalogue()).nodes.find((each) => each.node === node);
  if (!catalogue) throw new Error(`no catalogue of ${node}`);
  const { licenceTypes, departments, issuerAssignments } = catalogue;
  return [
    ...licenceTypes.map((value) => ({ $case: 'licenceType' as const, value })),
    ...departments.map((value) => ({ $case: 'department' as const, value })),
    ...issuerAssignments.map((value) => ({ $case: 'issuerAssignment' as const, value })),
  ].map((object) => ({ key: '', version: 0, node: '', retired: false, object }));
}
