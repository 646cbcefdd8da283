import { randomUUID } from 'node:crypto';
import { readCatalogue } from '@lianzheng/deploy-catalogue';
import type { Licence } from '@lianzheng/proto/issuance/v1/issuance';
import { LicenceState } from '@lianzheng/proto/log/v1/leaf';
import { isMeshError, type MeshCode } from '@lianzheng/rpc/errors';
import { pause } from '@lianzheng/runtime';
import { header } from './desk.ts';
import type { Kept, KeptLicence } from './kept.ts';
import { sampleLicence } from './licence.ts';
import type { Mesh } from './mesh.ts';

/** Departments that send the same request again until it is acknowledged, and keep what was. */
export type Insistent = {
  /** Refused and failed calls so far, by `CODE REASON`. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Commands whose answer is outstanding, and those acknowledged so far, by node. */
  readonly pending: ReadonlyMap<string, number>;
  readonly acknowledged: ReadonlyMap<string, number>;
  /** Undefined = given up, or refused for good; the latter is a fault. */
  issue(node: string, requestId?: string): Promise<KeptLicence | undefined>;
  suspendOrResume(licence: KeptLicence, to: LicenceState): Promise<void>;
  /** Notes the refusal; says whether the same call may succeed later. Throws what is no answer at all. */
  mayRetry(node: string, error: unknown): boolean;
};

const RETRYABLE: readonly MeshCode[] = [
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'CANCELLED',
];
const DEADLINE_MS = 5_000;
const RETRY_MS = 200;

export async function openInsistent(
  mesh: Mesh,
  typeName: string,
  kept: Kept,
  giveUp: AbortSignal,
): Promise<Insistent> {
  const { nodes: catalogue } = await readCatalogue();
  const type = catalogue.flatMap(({ licenceTypes }) => licenceTypes).find(({ name }) => name === typeName);
  if (!type) throw new Error(`no licence type ${typeName} in the catalogue`);
  const departments = catalogue.flatMap((each) => each.departments);
  const refusals = new Map<string, number>();
  const pending = new Map<string, number>();
  const acknowledged = new Map<string, number>();

  function mayRetry(node: string, error: unknown): boolean {
    if (!isMeshError(error)) throw error;
    const { code, reason, message } = error;
    count(refusals, `${code} ${reason}`, 1);
    const retryable = RETRYABLE.includes(code);
    if (!retryable) kept.fault(`${node} refuses with ${code} ${reason}: ${message}`);
    return retryable;
  }

  async function insist(
    node: string,
    send: () => Promise<{ licence?: Licence | undefined }>,
  ): Promise<Licence | undefined> {
    count(pending, node, 1);
    try {
      while (!giveUp.aborted) {
        try {
          const { licence } = await send();
          count(acknowledged, node, 1);
          return licence;
        } catch (error) {
          if (!mayRetry(node, error)) return undefined;
          await pause(RETRY_MS, giveUp);
        }
      }
      return undefined;
    } finally {
      count(pending, node, -1);
    }
  }

  function keep(
    node: string,
    { identifier, revision, state }: Licence,
    requestId: string,
    due: LicenceState,
  ) {
    if (state !== due) kept.fault(`${node} acknowledged ${identifier} in state ${state}, not ${due}`);
    kept.add(node, identifier, { revision, state: due, requestId, acknowledgedAtMs: Date.now() });
  }

  return {
    refusals,
    pending,
    acknowledged,
    mayRetry,
    async issue(node, requestId = randomUUID()) {
      const { issuance } = mesh.clients(node, 'issuing');
      const data = sampleLicence(type, mesh.issuerOf(node, departments), randomUUID(), new Date());
      const request = { header: header(requestId), data };
      const licence = await insist(node, () => issuance.issueLicence(request, { deadlineMs: DEADLINE_MS }));
      if (!licence) return undefined;
      keep(node, licence, requestId, LicenceState.IN_FORCE);
      return kept.licences.get(licence.identifier);
    },
    async suspendOrResume({ node, identifier }, to) {
      const { issuance } = mesh.clients(node, 'issuing');
      const [call, reasonCode] =
        to === LicenceState.SUSPENDED
          ? ([issuance.suspendLicence, 'INVESTIGATION'] as const)
          : ([issuance.resumeLicence, 'GROUNDLESS'] as const);
      const request = { header: header(), identifier, reasonCode };
      const licence = await insist(node, () => call(request, { deadlineMs: DEADLINE_MS }));
      if (licence) keep(node, licence, request.header.requestId, to);
    },
  };
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
