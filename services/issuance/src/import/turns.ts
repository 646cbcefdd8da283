/** A call under way that brings rows of a job. */
export interface Turn {
  /** Settles when the call that brings the rows just before has ended, however it ended. Absent: none is under way here. */
  readonly before: Promise<void> | undefined;
  /** To be called when the call ends. */
  leave(): void;
}

export interface Turns {
  /** For rows `firstRow` ≤ row < `endRow`. */
  enter(jobId: string, firstRow: number, endRow: number): Turn;
}

/** Calls of a job may be sent one behind the other: who overtakes the one before waits for it instead of being refused. */
export function createTurns(): Turns {
  const ends = new Map<string, Promise<void>>();
  const placeOf = (jobId: string, row: number) => `${jobId}/${row}`;
  return {
    enter(jobId, firstRow, endRow) {
      const before = ends.get(placeOf(jobId, firstRow));
      const place = placeOf(jobId, endRow);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(place, promise);
      return {
        before,
        leave() {
          if (ends.get(place) === promise) ends.delete(place);
          resolve();
        },
      };
    },
  };
}
