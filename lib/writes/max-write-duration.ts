/**
 * Seconds for which a write prevents the storage of responses that it may reach, and for which the library waits for a write
 * after its client has left. A longer write still invalidates at its end.
 */
export const MAX_WRITE_DURATION = 10;

/** Returns the message of `CACHE_CHANGE_LONG`. @param label the class and the method, or the call */
export function longWriteMessage(label: string): string {
  return (
    `${label}: its change still runs after ${MAX_WRITE_DURATION} seconds. Responses that it may reach are stored again ` +
    'from now on; if this process ends before the change is invalidated, they stay stale until they expire'
  );
}
