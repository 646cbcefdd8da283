import type { CarrierState } from '@lianzheng/kafka/carrier-state';

/** What one part of MirrorMaker last said, and of which flow. */
export interface FlowState extends CarrierState {
  /** Codes of the nodes that the flow reads from and writes to. */
  source: string;
  target: string;
}

/** Rebalancing takes a few seconds; nothing else leaves a part without a worker. */
const UNASSIGNED_FOR_MS = 30_000;

/**
 * Whether a part of the process started at `startedAtMs` will not carry again by itself: it failed, or nobody has worked on it for
 * long. What an earlier process left behind says nothing about this one.
 */
export function isLost({ state, at }: CarrierState, startedAtMs: number, nowMs: number): boolean {
  if (at.getTime() < startedAtMs) return false;
  return state === 'FAILED' || (state === 'UNASSIGNED' && nowMs - at.getTime() > UNASSIGNED_FOR_MS);
}
