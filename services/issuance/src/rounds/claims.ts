import { type Database, type Tx, together } from '@lianzheng/db';
import { createRounds } from '@lianzheng/rounds';
import type { Clock } from '@lianzheng/runtime';
import type { Command } from '../command.ts';
import type { Plan } from '../domain/plan.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { refused, requestIdReused } from '../refused.ts';
import { type Identity, keyOf } from '../store/identity.ts';
import { findLicences, findLicencesByNumber, type LicenceRow, type NumberKey } from '../store/licences.ts';
import {
  type Answer,
  dropIntents,
  findRequests,
  type KnownRequest,
  type RequestKey,
  requestKey,
  storeIntents,
} from '../store/requests.ts';
import type { Vault } from '../vault.ts';
import { isolating } from './isolating.ts';

/** A command that needs a signature, before it: decided, and its intent written down. */
export interface ClaimItem {
  readonly command: Command;
  /** The licence it is about. */
  readonly licence?: Identity;
  /** The licence number it asks for, and the serial that this number would be. */
  readonly number?: NumberKey & { readonly serial: string | undefined };
  decide(found: Found): Plan | Refusal;
}

export interface Found {
  readonly licence: LicenceRow | undefined;
  /** The licence that has the number already. */
  readonly sameNumber: LicenceRow | undefined;
  /** What an earlier attempt of this very request was about to sign. */
  readonly intent: Buffer | undefined;
}

export type Claim = { readonly answer: Answer } | { readonly plan: Plan };

export interface ClaimOptions {
  readonly database: Database;
  readonly vault: () => Vault;
  readonly clock: Clock;
}

export type Claims = ReturnType<typeof createClaims>;

export function createClaims(options: ClaimOptions) {
  return createRounds<ClaimItem, Claim>({
    maxItems: 256,
    maxInFlight: 1,
    // All stages after it follow its rounds: a signature, a commit and a checkpoint for many commands.
    spacingMs: 25,
    run: isolating((items) =>
      options.database.tx((tx) => claim(tx, items, options), { retrySerialization: 3 }),
    ),
  });
}

async function claim(
  tx: Tx,
  items: readonly ClaimItem[],
  { vault, clock }: ClaimOptions,
): Promise<(Claim | Error)[]> {
  const [requests, found] = await together([findRequests(tx, items.map(keyOfItem)), findAll(tx, items)]);
  const { seal, open } = vault();
  const outcomes = items.map((item): Claim | Refusal | Error => {
    const known = requests.get(requestKey(keyOfItem(item)));
    if (known && !known.digest.equals(item.command.digest)) return requestIdReused(known.requestId);
    if (known?.answer) return { answer: known.answer };
    const outcome = item.decide({ ...found(item), intent: known && openIntent(open, known) });
    return isRefusal(outcome) ? outcome : { plan: outcome };
  });
  const planned = new Map<string, { key: RequestKey; digest: Buffer; payload: Buffer }>();
  const dropped: RequestKey[] = [];
  for (const [n, outcome] of outcomes.entries()) {
    const key = keyOfItem(items[n]!);
    if ('plan' in outcome) {
      // The same request twice in one round: both go on, the write answers them alike.
      planned.set(requestKey(key), { key, digest: items[n]!.command.digest, payload: outcome.plan.payload });
    } else if (isRefusal(outcome) && requests.has(requestKey(key))) dropped.push(key);
  }
  await storeIntents(
    tx,
    [...planned.values()].map(({ key, digest, payload }) => ({
      ...key,
      digest,
      createdAt: clock.now(),
      intent: seal(intentPlace(key), payload),
    })),
  );
  await dropIntents(tx, dropped);
  return outcomes.map((outcome) => (isRefusal(outcome) ? refused(outcome) : outcome));
}

function keyOfItem({ command }: ClaimItem): RequestKey {
  return { issuerCode: command.issuerCode, requestId: command.header.requestId };
}

function intentPlace(key: RequestKey): string {
  return `request.intent/${requestKey(key)}`;
}

function openIntent(open: Vault['open'], request: KnownRequest): Buffer | undefined {
  return request.intent && open(intentPlace(request), request.intent);
}

/** Everything that the items' decisions depend on, in three queries at most. */
async function findAll(tx: Tx, items: readonly ClaimItem[]) {
  const numbers = items.flatMap(({ number }) => number ?? []);
  const serials = numbers.flatMap((number): Identity[] =>
    number.serial === undefined ? [] : [{ ...number, serial: number.serial }],
  );
  const licences = items.flatMap(({ licence }) => licence ?? []);
  const [withNumber, withIdentity] = await together([
    findLicencesByNumber(tx, numbers),
    findLicences(tx, [...serials, ...licences]),
  ]);
  const byNumber = new Map(withNumber.map((row) => [numberKeyOf(row), row]));
  const byIdentity = new Map(withIdentity.map((row) => [keyOf(row), row]));
  return ({ licence, number }: ClaimItem) => {
    const serial = number?.serial;
    const withSerial =
      number && serial !== undefined ? byIdentity.get(keyOf({ ...number, serial })) : undefined;
    return {
      licence: licence && byIdentity.get(keyOf(licence)),
      sameNumber: (number && byNumber.get(numberKeyOf(number))) ?? withSerial,
    };
  };
}

function numberKeyOf(number: { numberIndex: Buffer | undefined }): string {
  return number.numberIndex?.toString('base64') ?? '';
}
