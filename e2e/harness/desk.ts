import { randomUUID } from 'node:crypto';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import { LicenceStatus, type VerifyLicenceResponse } from '@lianzheng/proto/exchange/v1/exchange';
import type { CommandHeader } from '@lianzheng/proto/issuance/v1/issuance';
import { RevocationKind } from '@lianzheng/proto/issuance/v1/issuance';
import { sampleLicence } from './licence.ts';
import type { Mesh } from './mesh.ts';
import { waitUntil } from './wait.ts';

/** An issuing department's counter at one node; licences are of one type, with invented content. */
export type Desk = {
  /**
   * The identifier. `seed` makes the content; the same seed makes the same licence number. Seed, request id and time given
   * again make the same request again.
   */
  issue(seed?: string, requestId?: string, at?: Date): Promise<string>;
  suspend(identifier: string): Promise<void>;
  resume(identifier: string): Promise<void>;
  revoke(identifier: string): Promise<void>;
};

export async function openDesk(mesh: Mesh, node: string, typeName = '食品经营许可证'): Promise<Desk> {
  const { nodes } = await readCatalogue();
  const type = nodes.flatMap(({ licenceTypes }) => licenceTypes).find(({ name }) => name === typeName);
  if (!type) throw new Error(`no licence type ${typeName} in the catalogue`);
  const issuer = mesh.issuerOf(
    node,
    nodes.flatMap(({ departments }) => departments),
  );
  const { issuance } = mesh.clients(node, 'issuing');
  return {
    async issue(seed = randomUUID(), requestId = randomUUID(), at = new Date()) {
      const data = sampleLicence(type, issuer, seed, at);
      const { licence } = await issuance.issueLicence({ header: header(requestId, at), data });
      return licence!.identifier;
    },
    async suspend(identifier) {
      await issuance.suspendLicence({ header: header(), identifier, reasonCode: 'INVESTIGATION' });
    },
    async resume(identifier) {
      await issuance.resumeLicence({ header: header(), identifier, reasonCode: 'GROUNDLESS' });
    },
    async revoke(identifier) {
      const kind = RevocationKind.REVOKE;
      await issuance.revokeLicence({ header: header(), identifier, kind, reasonCode: 'PENALTY' });
    },
  };
}

export function header(requestId: string = randomUUID(), at = new Date()): CommandHeader {
  const decidedAt = new Date(at.getTime() - 1_000);
  return { requestId, caseNumber: 'CASE-1', officer: 'officer-1', decidedAt };
}

export type VerifyOptions = {
  maxStalenessMs?: number;
  asOf?: Date;
  knownAt?: Date;
  withProof?: boolean;
  caseNumber?: string;
};

/** VerifyLicence as the node's first using department. */
export function verify(
  mesh: Mesh,
  node: string,
  identifier: string,
  { maxStalenessMs = 10_000, asOf, knownAt, withProof = false, caseNumber = 'CASE-1' }: VerifyOptions = {},
): Promise<VerifyLicenceResponse> {
  return mesh.clients(node, 'using').exchange.verifyLicence({
    identifier,
    document: undefined,
    asOf,
    knownAt,
    maxStalenessMs,
    withProof,
    caseNumber,
    matterCode: '',
    officer: 'officer-1',
  });
}

/** Waits until the node answers with this status, fresh and from what it holds itself (not by asking the home node). */
export function seen(
  mesh: Mesh,
  node: string,
  identifier: string,
  status: LicenceStatus,
  timeoutMs = 30_000,
): Promise<VerifyLicenceResponse> {
  let last: VerifyLicenceResponse | undefined;
  return waitUntil(
    async () => {
      last = await verify(mesh, node, identifier);
      const { homeNode, freshness } = last;
      const own = node === homeNode || freshness?.fromHome === false;
      return last.status === status && freshness?.fresh === true && own && last;
    },
    {
      timeoutMs,
      everyMs: 10,
      what: () =>
        `${identifier} ${nameOf(status)} at ${node}; it says ${nameOf(last?.status)}, ${last?.freshness?.staleReason || 'fresh'}`,
    },
  );
}

function nameOf(status: LicenceStatus | undefined): string {
  return Object.entries(LicenceStatus).find(([, value]) => value === status)?.[0] ?? 'nothing';
}
