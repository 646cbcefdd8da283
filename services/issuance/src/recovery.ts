import { type RelayHooks, readLeaf } from '@lianzheng/log';
import { LeafKind, StatusBody } from '@lianzheng/proto/log/v1/leaf';
import type { Events } from './events.ts';
import { insertFinding } from './store/findings.ts';
import { identityOf } from './store/identity.ts';
import { adoptChange, findLicenceId, findLost, findStanding } from './store/recovered.ts';

/** What a recovery of the status log means for the licences (logs.md §2, Restart). */
export function recoveryHooks(
  events: Pick<Events, 'recovered' | 'contradictionsFound'>,
): Required<RelayHooks> {
  return {
    async recovered(tx, entries) {
      const touched = new Set<number>();
      for (const { sequence, leaf } of entries) {
        const bodyBytes = statusBodyBytes(leaf);
        if (!bodyBytes) continue;
        touched.add(await adoptChange(tx, { body: StatusBody.decode(bodyBytes), bodyBytes, sequence }));
      }
      const lost = await findLost(tx, [...touched]);
      for (const { licenceId, body, sequence } of lost) {
        await insertFinding(tx, { kind: 'reenter', licenceId, body, sequence: sequence ?? undefined });
      }
      events.recovered(entries.length, lost.length);
    },

    /** A waiting entry contradicts the log when its revision is another one there, or stands on one that is. */
    async contradictions(tx, waiting) {
      const standing = await findStanding(
        tx,
        waiting.map(({ id }) => id),
      );
      const contradicting: number[] = [];
      for (const { id, leaf } of waiting) {
        const bodyBytes = statusBodyBytes(leaf);
        if (!bodyBytes || standing.has(id)) continue;
        const licenceId = await findLicenceId(tx, identityOf(StatusBody.decode(bodyBytes).identifier));
        if (licenceId === undefined) continue;
        await insertFinding(tx, { kind: 'contradiction', licenceId, body: bodyBytes, sequence: undefined });
        contradicting.push(id);
      }
      if (contradicting.length > 0) events.contradictionsFound(contradicting.length);
      return contradicting;
    },
  };
}

function statusBodyBytes(bytes: Buffer): Buffer | undefined {
  const { leaf, understood } = readLeaf(bytes);
  return understood && leaf.kind === LeafKind.STATUS ? leaf.body : undefined;
}
