import type { Database } from '@lianzheng/db';
import { parseLogCheckpoint, parseNote } from '@lianzheng/note';
import type { Carrier, Link, ListLinksResponse, LogLink } from '@lianzheng/proto/exchange/v1/exchange';
import type { Registry } from '@lianzheng/registry';
import type { Clock } from '@lianzheng/runtime';
import type { Peers } from '../ask/peers.ts';
import { isFresh } from '../domain/freshness.ts';
import { DEFAULT_STALENESS_MS } from '../domain/question.ts';
import type { Carriers } from '../follow/carriers.ts';
import type { Clocks } from '../follow/clocks.ts';
import { type Copies, followedLogs } from '../follow/copies.ts';
import type { Heads } from '../follow/heads.ts';
import type { Witnesses } from '../follow/witnesses.ts';
import { listAlarms } from '../store/alarms.ts';
import type { FreshnessOf } from './freshness.ts';

export type LinksOptions = {
  self: string;
  province: string;
  database: Database;
  registry: Registry;
  copies: Copies;
  peers: Peers;
  clocks: Clocks;
  witnesses: Witnesses;
  heads: Heads;
  carriers: Carriers;
  freshness: FreshnessOf;
  clock: Clock;
};

/** What this node knows of every other node (T5). Unknown is absent, never 0. */
export async function listLinks(options: LinksOptions): Promise<ListLinksResponse> {
  const { self, registry, database, clock } = options;
  const others = registry.nodes().filter(({ node }) => node !== self);
  return {
    node: self,
    at: clock.now(),
    links: others.map(({ node, name }) => linkTo(options, node, name)),
    alarms: await database.read(listAlarms),
  };
}

function linkTo(options: LinksOptions, node: string, name: string): Link {
  const { clocks, peers, self, province, carriers } = options;
  const offset = clocks.offset(node);
  const contact = peers.contact(self === province ? node : node === province ? node : province);
  return {
    node,
    name,
    logs: followedLogs.map((log) => logLink(options, node, log)),
    clockOffsetMs: offset && BigInt(offset.offsetMs),
    clockUncertaintyMs: offset && BigInt(Math.round(offset.uncertaintyMs)),
    clockMeasuredAt: offset && new Date(offset.measuredAtMs),
    carriers: carriers.of(node) as Carrier[],
    lastHeardAt: lastHeard(options, node),
    reachable: contact.reachable,
  };
}

function lastHeard({ copies, peers }: LinksOptions, node: string): Date | undefined {
  const times = [
    peers.contact(node).lastAt,
    ...followedLogs.map((log) => copies.find(node, log)?.state().heardAt),
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())));
}

function logLink(options: LinksOptions, node: string, log: string): LogLink {
  const { copies, freshness, clock } = options;
  const state = copies.find(node, log)?.state();
  const known = freshness.known(node, log);
  const { fresh, reason, ageMs } = isFresh(known, clock.nowMs(), DEFAULT_STALENESS_MS);
  const ownerSize = ownerSizeOf(options, node, log);
  const verifiedOfUs = verifiedOfUsBy(options, node, log);
  const ownSize = copies.find(options.self, log)?.state().size;
  return {
    log,
    generation: state?.generation ?? 0,
    verifiedSize: BigInt(state?.size ?? 0),
    ownerSize: ownerSize === undefined ? undefined : BigInt(ownerSize),
    entriesBehind: ownerSize === undefined ? undefined : BigInt(Math.max(0, ownerSize - (state?.size ?? 0))),
    secondsBehind: known.knownUpToMs === undefined ? undefined : ageMs / 1_000,
    knownUpTo: known.knownUpToMs === undefined ? undefined : new Date(known.knownUpToMs),
    fresh,
    staleReason: reason,
    verifiedOfUs: verifiedOfUs === undefined ? undefined : BigInt(verifiedOfUs),
    backlogToSend:
      verifiedOfUs === undefined || ownSize === undefined
        ? undefined
        : BigInt(Math.max(0, ownSize - verifiedOfUs)),
    repairs: BigInt(state?.repairs ?? 0),
    repairedEntries: BigInt(state?.repairedEntries ?? 0),
    noise: BigInt(state?.noise ?? 0),
    stopped: (state?.stopped ?? '') !== '',
    notUnderstood: BigInt(copies.notUnderstoodOf(node, log)),
  };
}

/** By the newest head heard of, from the copy, a witness or a question. */
function ownerSizeOf(
  { copies, witnesses, heads }: LinksOptions,
  node: string,
  log: string,
): number | undefined {
  const state = copies.find(node, log)?.state();
  const generation = state?.generation ?? 1;
  const sizes = [
    state?.note ? state.size : undefined,
    ...witnesses
      .heads()
      .filter((head) => head.node === node && head.log === log && head.generation === generation)
      .map((head) => head.size),
    heads.sizeOf(node, log, generation),
  ].filter((size) => size !== undefined);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** Of our log of this name: what that node verified, by its cosignature or its own answer. */
function verifiedOfUsBy(
  { self, witnesses, heads, copies }: LinksOptions,
  node: string,
  log: string,
): number | undefined {
  const generation = copies.find(self, log)?.state().generation ?? 1;
  const seen = witnesses
    .heads()
    .find(
      (head) =>
        head.witness === node && head.node === self && head.log === log && head.generation === generation,
    );
  const answered = heads.heldBy(node, self, log, generation);
  const sizes = [seen?.size, answered].filter((size) => size !== undefined);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

export function headOf(note: Uint8Array) {
  return parseLogCheckpoint(parseNote(note).text);
}
