import type { IssuanceServiceService } from '@lianzheng/proto/issuance/v1/issuance';
import type { StatusBody } from '@lianzheng/proto/log/v1/leaf';
import { createRounds, type Rounds } from '@lianzheng/rounds';
import type { ClientOf } from '@lianzheng/rpc';
import type { Clock } from '@lianzheng/runtime';
import { sharedSpan, type Tracing } from '@lianzheng/runtime/telemetry';
import type { Peers } from '../ask/peers.ts';

/** Committed entries of a licence at its home, in order of revision; they hold at least at `readAt`, by our clock. */
export type HomeHistory = { bodies: StatusBody[]; readAt: Date };

export type Home = {
  /** Asks the home node; rejects when it cannot be reached. Questions in flight share one call. */
  ask(node: string, identifier: string, traceparent?: string): Promise<HomeHistory>;
};

export type HomeOptions = {
  self: string;
  issuance: Pick<ClientOf<typeof IssuanceServiceService>, 'getStatuses'>;
  peers: Peers;
  clock: Clock;
  tracing: Tracing;
};

type Question = { identifier: string; traceparent: string | undefined };

const MAX_IDENTIFIERS = 500;

export function createHome({ self, issuance, peers, clock, tracing }: HomeOptions): Home {
  const rounds = new Map<string, Rounds<Question, HomeHistory>>();

  async function askOwn(identifiers: string[], traceparent?: string): Promise<HomeHistory[]> {
    const { histories, readAt } = await issuance.getStatuses(
      { identifiers },
      { deadlineMs: 5_000, traceparent },
    );
    return histories.map(({ records }) => ({
      bodies: records.flatMap(({ body }) => body ?? []),
      readAt: readAt!,
    }));
  }

  async function askPeer(node: string, identifiers: string[], traceparent?: string): Promise<HomeHistory[]> {
    const peer = peers.towards(node);
    if (!peer) throw new Error(`no way to ${node}`);
    // Their clock may be anything: what they answer is at least as new as the question.
    const readAt = clock.now();
    const request = { target: node, identifiers, departmentCode: '', caseNumber: '' };
    try {
      const { histories } = await peer.peer.askStatus(request, { deadlineMs: 3_000, traceparent });
      peers.ended(peer.node, true);
      return histories.map(({ bodies }) => ({ bodies, readAt }));
    } catch (error) {
      peers.ended(peer.node, false);
      throw error;
    }
  }

  function askTogether(node: string, questions: Question[]): Promise<HomeHistory[]> {
    const identifiers = questions.map(({ identifier }) => identifier);
    const traceparents = questions.map((question) => question.traceparent);
    return sharedSpan(tracing, 'ask home', traceparents, ({ traceparent }) =>
      node === self ? askOwn(identifiers, traceparent) : askPeer(node, identifiers, traceparent),
    );
  }

  return {
    ask(node, identifier, traceparent) {
      const known = rounds.get(node);
      const round =
        known ??
        createRounds<Question, HomeHistory>({
          maxItems: MAX_IDENTIFIERS,
          run: (questions) => askTogether(node, questions),
        });
      if (!known) rounds.set(node, round);
      return round.call({ identifier, traceparent });
    },
  };
}
