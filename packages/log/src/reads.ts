import { consistencyProof, inclusionProof, MerkleError } from '@lianzheng/merkle';
import type {
  GetConsistencyProofRequest,
  GetConsistencyProofResponse,
  GetEntriesRequest,
  GetEntriesResponse,
  GetHeadRequest,
  GetHeadResponse,
  GetInclusionProofRequest,
  GetInclusionProofResponse,
  GetSnapshotRequest,
  GetSnapshotResponse,
  LogName,
} from '@lianzheng/proto/log/v1/log';
import { invalidArgument, notFound, outOfRange } from '@lianzheng/rpc/errors';
import { decodeSide } from './leaf.ts';
import type { Head, LogId, LogSource, StoredEntry } from './source.ts';

const MAX_ENTRIES = 4_000;
/** Of leaves, lookup data and notes in one message, which may have 4 MiB. */
const MAX_BYTES = 3 << 20;
/** Tags, lengths and the sequence of one entry. */
const FRAME_BYTES = 32;
const MAX_WAIT_MS = 20_000;
const SNAPSHOT_CHUNK = 2_000;

type Call = { signal: AbortSignal };

/** Handlers of LogService over a source: bind them into the server of whoever holds the log. */
export function logReads(source: LogSource) {
  return {
    getHead: (request: GetHeadRequest) => getHead(source, request),
    getEntries: (request: GetEntriesRequest, call: Call) => getEntries(source, request, call),
    getSnapshot: (request: GetSnapshotRequest, call: Call) => getSnapshot(source, request, call),
    getInclusionProof: (request: GetInclusionProofRequest) => getInclusionProof(source, request),
    getConsistencyProof: (request: GetConsistencyProofRequest) => getConsistencyProof(source, request),
  };
}

function parseLog(name: LogName | undefined): LogId {
  const problems = [];
  if (!/^\d{6}$/.test(name?.node ?? ''))
    problems.push({ field: 'log.node', description: '六位区划代码 6 digits' });
  if (!/^(status|catalog|access)$/.test(name?.log ?? ''))
    problems.push({ field: 'log.log', description: 'status, catalog, access' });
  if (problems.length > 0) throw invalidArgument(problems);
  return { node: name!.node, log: name!.log, generation: name!.generation };
}

function nameOf(log: LogId, generation: number): LogName {
  return { node: log.node, log: log.log, generation };
}

async function knownHead(source: LogSource, log: LogId): Promise<Head> {
  const head = await source.head(log);
  if (!head) throw notFound(`日志 log ${log.node}/${log.log}`, 'LOG_UNKNOWN');
  return head;
}

async function getHead(source: LogSource, request: GetHeadRequest): Promise<GetHeadResponse> {
  const log = parseLog(request.log);
  const head = await source.head(log);
  if (!head) {
    return {
      log: nameOf(log, log.generation),
      checkpoint: Buffer.alloc(0),
      size: 0n,
      root: Buffer.alloc(0),
      time: undefined,
      cosigned: [],
    };
  }
  const { generation, note, size, root, time } = head;
  return { log: nameOf(log, generation), checkpoint: note, size: BigInt(size), root, time, cosigned: [] };
}

async function getEntries(
  source: LogSource,
  request: GetEntriesRequest,
  call: Call,
): Promise<GetEntriesResponse> {
  const log = parseLog(request.log);
  const from = Number(request.from);
  const limit = Math.min(request.limit || 1_000, MAX_ENTRIES);
  const head = await headWorthAnswering(source, log, from, request, call);
  if (!head || from > head.size)
    return { entries: [], checkpoints: [], coveredSize: BigInt(head?.size ?? 0) };
  const held = { ...log, generation: head.generation };
  const range = await readRange(source, held, head, from, Math.min(from + limit, head.size));
  if (range.covered === undefined) return upToNextCheckpoint(source, held, head, from, range.end);
  return {
    entries: range.entries.map(toEntry),
    checkpoints: range.checkpoints,
    coveredSize: BigInt(range.covered),
  };
}

type Range = { entries: StoredEntry[]; end: number; checkpoints: Buffer[]; covered: number | undefined };

/** Entries with the kept checkpoints among them, as many as one message holds. */
async function readRange(
  source: LogSource,
  log: LogId,
  head: Head,
  from: number,
  to: number,
): Promise<Range> {
  const found = await source.entries(log, from, to, MAX_BYTES);
  const kept = await source.checkpoints(log, from, from + found.length);
  const entries = withinBytes(found, kept);
  const end = from + entries.length;
  const within = kept.filter(({ size }) => size <= end);
  const checkpoints = within.map(({ note }) => note);
  if (end === head.size && !checkpoints.at(-1)?.equals(head.note)) checkpoints.push(head.note);
  return { entries, end, checkpoints, covered: end === head.size ? end : within.at(-1)?.size };
}

function withinBytes(entries: StoredEntry[], kept: readonly { size: number; note: Buffer }[]): StoredEntry[] {
  const noteBytes = new Map(kept.map(({ size, note }) => [size, note.length + FRAME_BYTES]));
  let bytes = 0;
  const end = entries.findIndex(({ sequence, leaf, side }) => {
    bytes += leaf.length + side.length + FRAME_BYTES + (noteBytes.get(sequence + 1) ?? 0);
    return bytes > MAX_BYTES;
  });
  return end === -1 ? entries : entries.slice(0, Math.max(1, end));
}

/**
 * A range without a checkpoint inside cannot be applied: answer up to the next one, however many entries that takes. Of a
 * log whose entries are not held here the newest checkpoint is all there is.
 */
async function upToNextCheckpoint(
  source: LogSource,
  log: LogId,
  head: Head,
  from: number,
  end: number,
): Promise<GetEntriesResponse> {
  const cover = (end > from && (await source.covering(log, end - 1))) || head;
  const entries = await source.entries(log, from, cover.size);
  return { entries: entries.map(toEntry), checkpoints: [cover.note], coveredSize: BigInt(cover.size) };
}

/** Waits, if asked to, until there is an entry from `from` on or a checkpoint later than the caller's. */
async function headWorthAnswering(
  source: LogSource,
  log: LogId,
  from: number,
  request: GetEntriesRequest,
  call: Call,
): Promise<Head | undefined> {
  const deadline = performance.now() + Math.min(request.waitMs, MAX_WAIT_MS);
  const afterMs = request.afterTime?.getTime() ?? 0;
  for (;;) {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now())));
    const changed = source.changed(log, AbortSignal.any([timeout, call.signal]));
    const head = await source.head(log);
    if (head && (head.size > from || head.time.getTime() > afterMs)) return head;
    if (request.waitMs === 0 || performance.now() >= deadline || call.signal.aborted) return head;
    await changed;
  }
}

function toEntry({ sequence, leaf, side }: StoredEntry) {
  return { sequence: BigInt(sequence), leaf, holders: decodeSide(side) };
}

async function* getSnapshot(
  source: LogSource,
  request: GetSnapshotRequest,
  call: Call,
): AsyncGenerator<GetSnapshotResponse> {
  const log = parseLog(request.log);
  const head = await knownHead(source, log);
  const held = { ...log, generation: head.generation };
  const total = BigInt(head.size);
  let from = Number(request.from);
  if (from >= head.size) yield { entries: [], checkpoints: [head.note], total };
  while (from < head.size && !call.signal.aborted) {
    const to = Math.min(from + SNAPSHOT_CHUNK, head.size);
    const { entries, end, checkpoints } = await readRange(source, held, head, from, to);
    if (entries.length === 0) throw notFound('此处无该日志的条目 entries not held here', 'ENTRIES_NOT_HELD');
    yield { entries: entries.map(toEntry), checkpoints, total };
    from = end;
  }
}

async function getInclusionProof(
  source: LogSource,
  request: GetInclusionProofRequest,
): Promise<GetInclusionProofResponse> {
  const log = parseLog(request.log);
  const head = await knownHead(source, log);
  const held = { ...log, generation: head.generation };
  const size = Number(request.size) || head.size;
  const sequence = Number(request.sequence);
  if (size > head.size || sequence >= size) {
    throw outOfRange('BEYOND_HEAD', `超出日志 beyond the log: ${sequence} of ${size}, head ${head.size}`);
  }
  const hashes = await provable(inclusionProof(sequence, size, source.tiles(held)));
  const [entry] = await source.entries(held, sequence, sequence + 1);
  const checkpoint =
    size === head.size ? head.note : (await source.checkpoints(held, size - 1, size))[0]?.note;
  return {
    sequence: BigInt(sequence),
    size: BigInt(size),
    leaf: entry?.leaf ?? Buffer.alloc(0),
    hashes,
    checkpoint: checkpoint ?? Buffer.alloc(0),
  };
}

async function getConsistencyProof(
  source: LogSource,
  request: GetConsistencyProofRequest,
): Promise<GetConsistencyProofResponse> {
  const log = parseLog(request.log);
  const head = await knownHead(source, log);
  const first = Number(request.firstSize);
  const second = Number(request.secondSize) || head.size;
  if (second > head.size || first > second) {
    throw outOfRange('BEYOND_HEAD', `超出日志 beyond the log: ${first} … ${second}, head ${head.size}`);
  }
  const held = { ...log, generation: head.generation };
  const hashes = await provable(consistencyProof(first, second, source.tiles(held)));
  return { firstSize: BigInt(first), secondSize: BigInt(second), hashes };
}

/** A log of which only the checkpoints are held (another node's access log) has no tiles to prove from. */
async function provable(proof: Promise<Buffer[]>): Promise<Buffer[]> {
  try {
    return await proof;
  } catch (error) {
    if (error instanceof MerkleError && error.code === 'tile')
      throw notFound('此处无该日志的条目 entries not held here', 'ENTRIES_NOT_HELD');
    throw error;
  }
}
