/** Which keys have a table: those that were used most recently, of those that were used often enough. */
export type Slots = {
  /** The key's slot; `isNew` when its table has to be built there first. Undefined: not worth a table yet. */
  use(key: string): { slot: number; isNew: boolean } | undefined;
  readonly size: number;
};

/** Keys that are counted but have no table: a bound, so that a stream of keys seen once takes no memory. */
const MAX_COUNTED = 4_096;

/** A Map keeps its keys in the order of insertion: what is used is put at the end, the first is the least recently used. */
export function createSlots(count: number, afterUses: number): Slots {
  const slots = new Map<string, number>();
  const uses = new Map<string, number>();
  const take = () => {
    if (slots.size < count) return slots.size;
    const [oldest, slot] = slots.entries().next().value!;
    slots.delete(oldest);
    return slot;
  };
  const countUse = (key: string) => {
    const used = (uses.get(key) ?? 0) + 1;
    uses.delete(key);
    uses.set(key, used);
    if (uses.size > MAX_COUNTED) uses.delete(uses.keys().next().value!);
    return used;
  };
  return {
    use(key) {
      const slot = slots.get(key);
      if (slot !== undefined) {
        slots.delete(key);
        slots.set(key, slot);
        return { slot, isNew: false };
      }
      if (count === 0 || countUse(key) <= afterUses) return undefined;
      uses.delete(key);
      const taken = take();
      slots.set(key, taken);
      return { slot: taken, isNew: true };
    },
    get size() {
      return slots.size;
    },
  };
}
