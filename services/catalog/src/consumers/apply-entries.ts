import type { Context } from '../context.ts';
import { type LogEntry, objectsIn } from '../leaf-entries.ts';
import { lockChanges } from '../store/changes.ts';
import { movePosition, type Position } from '../store/followed-logs.ts';
import { putObjects } from '../store/objects.ts';

type Batch = { node: string; entries: readonly LogEntry[]; from: Position; to: Position };

/** Objects of another node and how far its log was read, in one transaction. */
export async function applyEntries(context: Context, { node, entries, from, to }: Batch): Promise<void> {
  const { database, view, events, province } = context;
  const { objects, skipped } = objectsIn(entries, node, province);
  const applied = await database.tx(async (tx) => {
    await lockChanges(tx);
    if (!(await movePosition(tx, node, from, to))) return false;
    await putObjects(tx, node, objects);
    return true;
  });
  if (!applied) return;
  for (const { sequence, why } of skipped) events.entrySkipped(node, sequence, why);
  view.announce(objects);
  if (entries.length > 0) events.entriesApplied(node, to.next, entries.length);
}
