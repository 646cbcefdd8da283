import type { Reader, Tx } from '@lianzheng/db';
import type { ObjectKind } from '@lianzheng/proto/catalog/v1/catalog';
import { CatalogObject } from '@lianzheng/proto/catalog/v1/objects';
import { keyOf, kindOf } from '@lianzheng/registry';

type Row = { body: Buffer };
const decoded = (rows: readonly Row[]) => rows.map(({ body }) => CatalogObject.decode(body));

/**
 * Writes objects of one owner, each with the next cursor; what stands there just so keeps its own. Holds the lock of
 * all changes until the commit.
 */
export async function putObjects(tx: Tx, node: string, objects: readonly CatalogObject[]): Promise<void> {
  // Of an object that stands there twice, the later one counts, as in the log.
  const distinct = [...new Map(objects.map((object) => [idOf(object), object])).values()];
  if (distinct.length === 0) return;
  const row = await tx.row<{ before: number }>(
    'UPDATE last_change SET cursor = cursor + $1 RETURNING cursor - $1 AS before',
    [distinct.length],
  );
  await tx.execute(
    `INSERT INTO object (node, kind, key, version, body, cursor)
     SELECT $1, kind, key, version, body, $2 + n
       FROM unnest($3::int[], $4::text[], $5::bigint[], $6::bytea[]) WITH ORDINALITY AS o(kind, key, version, body, n)
     ON CONFLICT (node, kind, key, version) DO UPDATE SET body = excluded.body, cursor = excluded.cursor
      WHERE object.body <> excluded.body`,
    [
      node,
      row!.before,
      distinct.map((object) => kindOf(object)!),
      distinct.map((object) => keyOf(object)!),
      distinct.map(({ version }) => version),
      distinct.map((object) => CatalogObject.encode(object).finish()),
    ],
  );
}

const idOf = (object: CatalogObject) => `${kindOf(object)}/${object.version}/${keyOf(object)}`;

/** Of each owner that has it, the newest version, or the given one. */
export async function findObjects(
  reader: Reader,
  { kind, key, version = 0 }: { kind: ObjectKind; key: string; version?: number },
): Promise<CatalogObject[]> {
  const rows = await reader.rows<Row>(
    `SELECT DISTINCT ON (node) body FROM object
      WHERE kind = $1 AND key = $2 AND ($3 = 0 OR version = $3) ORDER BY node, version DESC`,
    [kind, key, version],
  );
  return decoded(rows);
}

/** The owner's newest version. */
export async function findNewest(
  reader: Reader,
  { node, kind, key }: { node: string; kind: ObjectKind; key: string },
): Promise<CatalogObject | undefined> {
  const rows = await reader.rows<Row>(
    'SELECT body FROM object WHERE node = $1 AND kind = $2 AND key = $3 ORDER BY version DESC LIMIT 1',
    [node, kind, key],
  );
  return decoded(rows)[0];
}

/** By kind, owner and key; a kind of 0 and an empty node mean all. */
export async function listObjects(
  reader: Reader,
  { kind, node, allVersions }: { kind: ObjectKind; node: string; allVersions: boolean },
): Promise<CatalogObject[]> {
  const rows = await reader.rows<Row>(
    `SELECT ${allVersions ? '' : 'DISTINCT ON (kind, node, key)'} body FROM object
      WHERE ($1 = 0 OR kind = $1) AND ($2 = '' OR node = $2)
      ORDER BY kind, node, key, version ${allVersions ? '' : 'DESC'}`,
    [kind, node],
  );
  return decoded(rows);
}
