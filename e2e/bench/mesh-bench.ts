import { join } from 'node:path';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import type { LicenceType } from '@lianzheng/proto/catalog/v1/objects';
import { type Mesh, type MeshOptions, startMesh } from '../harness/index.ts';
import type { BenchContext } from './bench.ts';

/** The mesh of tests and demo, stopped at the end of the bench. */
export async function benchMesh(
  { dir, parts, say }: BenchContext,
  options: Omit<MeshOptions, 'dir'> = {},
): Promise<Mesh> {
  say('starting a mesh');
  const mesh = await startMesh({ dir: join(dir, 'mesh'), ...options });
  parts.defer(() => mesh.stop());
  say('every service serves, every link is fresh');
  return mesh;
}

/** What a node's issuing department issues in benches. */
export async function issuable(
  mesh: Mesh,
  node: string,
): Promise<{ type: LicenceType; issuer: { code: string; name: string } }> {
  const { nodes } = await readCatalogue();
  const type = nodes
    .flatMap(({ licenceTypes }) => licenceTypes)
    .find(({ name }) => name === '食品经营许可证');
  if (!type) throw new Error('the catalogue lost its food licence');
  const issuer = mesh.issuerOf(
    node,
    nodes.flatMap(({ departments }) => departments),
  );
  return { type, issuer: { code: issuer.code, name: issuer.name } };
}
