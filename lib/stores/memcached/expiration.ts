/** What Memcached takes for seconds from now; a larger number is a time since the epoch. */
const MAX_RELATIVE_S = 30 * 24 * 60 * 60;

/** Memcached reads expirations as signed numbers of 32 bits. */
const LATEST_S = 2 ** 31 - 1;

/** Never: until memory is needed for something else. */
export const NO_EXPIRATION = 0;

/**
 * A lifetime as Memcached takes it. It counts in seconds of a clock of its own, which may be about to tick: one second more is needed
 * lest something ends before its time.
 */
export function toExptime(lifetimeMs: number, nowMs: number): number {
  const seconds = Math.ceil(lifetimeMs / 1000) + 1;
  if (seconds <= MAX_RELATIVE_S) return seconds;
  const at = Math.ceil(nowMs / 1000) + seconds;
  return at > LATEST_S ? NO_EXPIRATION : at;
}
