import type { Reader, Tx } from '@lianzheng/db';

export interface RequestKey {
  readonly issuerCode: string;
  readonly requestId: string;
}

/** A licence at a revision: what a request was answered with. */
export interface LicenceAt {
  readonly licenceId: number;
  readonly revision: number;
}

export interface Answer {
  readonly main: LicenceAt;
  readonly replaced: LicenceAt | undefined;
}

export interface KnownRequest extends RequestKey {
  readonly digest: Buffer;
  /** Sealed; there until it is answered. */
  readonly intent: Buffer | undefined;
  readonly answer: Answer | undefined;
}

export function requestKey({ issuerCode, requestId }: RequestKey): string {
  return `${issuerCode} ${requestId}`;
}

interface Columns {
  issuer_code: string;
  request_id: string;
  digest: Buffer;
  intent: Buffer | null;
  licence_id: number | null;
  revision: number | null;
  replaced_id: number | null;
  replaced_revision: number | null;
}

/** By `requestKey`. */
export async function findRequests(
  reader: Reader,
  keys: readonly RequestKey[],
): Promise<Map<string, KnownRequest>> {
  const rows = await reader.rows<Columns>(
    `SELECT issuer_code, request_id, digest, intent, licence_id, revision, replaced_id, replaced_revision
       FROM request WHERE (issuer_code, request_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [keys.map(({ issuerCode }) => issuerCode), keys.map(({ requestId }) => requestId)],
    { name: 'find_requests' },
  );
  return new Map(rows.map((row) => [requestKey(keyFrom(row)), fromColumns(row)]));
}

function keyFrom(row: Columns): RequestKey {
  return { issuerCode: row.issuer_code, requestId: row.request_id };
}

function fromColumns(row: Columns): KnownRequest {
  const main = licenceAt(row.licence_id, row.revision);
  return {
    ...keyFrom(row),
    digest: row.digest,
    intent: row.intent ?? undefined,
    answer: main && { main, replaced: licenceAt(row.replaced_id, row.replaced_revision) },
  };
}

function licenceAt(licenceId: number | null, revision: number | null): LicenceAt | undefined {
  return licenceId === null || revision === null ? undefined : { licenceId, revision };
}

export interface NewIntent extends RequestKey {
  readonly digest: Buffer;
  readonly createdAt: Date;
  readonly intent: Buffer;
}

/** Writes down what is about to be signed; an earlier intent of the same request gives way. */
export async function storeIntents(tx: Tx, intents: readonly NewIntent[]): Promise<void> {
  if (intents.length === 0) return;
  const ordered = [...intents].sort((a, b) => (requestKey(a) < requestKey(b) ? -1 : 1));
  const stored = await tx.execute(
    `INSERT INTO request AS r (issuer_code, request_id, digest, created_at, intent)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[], $5::bytea[])
     ON CONFLICT (issuer_code, request_id) DO UPDATE SET intent = excluded.intent
      WHERE r.digest = excluded.digest AND r.licence_id IS NULL`,
    [
      ordered.map(({ issuerCode }) => issuerCode),
      ordered.map(({ requestId }) => requestId),
      ordered.map(({ digest }) => digest),
      ordered.map(({ createdAt }) => createdAt),
      ordered.map(({ intent }) => intent),
    ],
    { name: 'store_intents' },
  );
  // Somebody else used or answered one of these ids since we looked: each is decided anew, on its own.
  if (stored !== intents.length) throw new RequestsMoved();
}

/** A request of the batch changed under it. */
export class RequestsMoved extends Error {
  override readonly name = 'RequestsMoved';
}

/** Such a command is decided anew; every other error stays one. */
export function asMoved(error: unknown): 'moved' {
  if (error instanceof RequestsMoved) return 'moved';
  throw error;
}

export interface NewAnswer extends RequestKey, Answer {
  readonly digest: Buffer;
  readonly createdAt: Date;
}

/** Answers requests, in the transaction that did what they asked for; each only once. */
export async function storeAnswers(tx: Tx, answers: readonly NewAnswer[]): Promise<void> {
  if (answers.length === 0) return;
  const ordered = [...answers].sort((a, b) => (requestKey(a) < requestKey(b) ? -1 : 1));
  const stored = await tx.execute(
    `INSERT INTO request AS r (issuer_code, request_id, digest, created_at, licence_id, revision, replaced_id, replaced_revision)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[], $5::bigint[], $6::int[], $7::bigint[], $8::int[])
     ON CONFLICT (issuer_code, request_id) DO UPDATE
        SET intent = NULL, licence_id = excluded.licence_id, revision = excluded.revision,
            replaced_id = excluded.replaced_id, replaced_revision = excluded.replaced_revision
      WHERE r.digest = excluded.digest AND r.licence_id IS NULL`,
    [
      ordered.map(({ issuerCode }) => issuerCode),
      ordered.map(({ requestId }) => requestId),
      ordered.map(({ digest }) => digest),
      ordered.map(({ createdAt }) => createdAt),
      ordered.map(({ main }) => main.licenceId),
      ordered.map(({ main }) => main.revision),
      ordered.map(({ replaced }) => replaced?.licenceId ?? null),
      ordered.map(({ replaced }) => replaced?.revision ?? null),
    ],
    { name: 'store_answers' },
  );
  if (stored !== answers.length) throw new RequestsMoved();
}

/** Frees ids whose command was refused after its intent had been written down. */
export async function dropIntents(tx: Tx, keys: readonly RequestKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.execute(
    `DELETE FROM request WHERE licence_id IS NULL
        AND (issuer_code, request_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [keys.map(({ issuerCode }) => issuerCode), keys.map(({ requestId }) => requestId)],
  );
}

/** Forgets up to `limit` requests made before `before`; returns how many. */
export function sweepRequests(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    `DELETE FROM request WHERE (issuer_code, request_id) IN
       (SELECT issuer_code, request_id FROM request WHERE created_at < $1 ORDER BY created_at LIMIT $2)`,
    [before, limit],
  );
}

/** Takes an id for something that keeps its answer elsewhere; false when it was used for another request. */
export async function claimPlainly(tx: Tx, request: Omit<NewIntent, 'intent'>): Promise<boolean> {
  await tx.execute(
    `INSERT INTO request (issuer_code, request_id, digest, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (issuer_code, request_id) DO NOTHING`,
    [request.issuerCode, request.requestId, request.digest, request.createdAt],
  );
  const known = (await findRequests(tx, [request])).get(requestKey(request));
  return known?.digest.equals(request.digest) ?? false;
}
