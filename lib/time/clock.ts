/** Converts a timeout to a lifetime in seconds. A timeout of 0 never expires, as in Flask-Caching. */
export function lifetimeOf(timeout: number): number {
  return timeout === 0 ? Infinity : timeout;
}

/** The clock for lifetimes. Tests can pass a clock that they move. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * The clock of the operating system. Processes that share a store use it, so their lifetimes agree as far as their clocks agree.
 */
export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds between two comparisons of the system clock and the monotonic clock. */
const CHECK_MS = 1000;
/** Milliseconds by which the two clocks may differ, since they are rounded and are read one after the other. */
const TOLERANCE_MS = 100;

/**
 * A clock that starts with the system time and never goes back. If the system clock is set back, the steady clock continues. If
 * the system clock is set forward, the steady clock follows, because the monotonic clock does not count the time in which a
 * machine sleeps. So a lifetime may end early, but never late.
 */
export class SteadyClock implements Clock {
  private offsetMs = 0;
  /** The readings of the system clock and of the monotonic clock at the last comparison. */
  private checkedAtMs = Date.now();
  private monotonicMs = performance.now();

  now(): number {
    const wallMs = Date.now();
    const sinceMs = wallMs - this.checkedAtMs;
    if (sinceMs < 0 || sinceMs >= CHECK_MS) this.check(wallMs, sinceMs);
    return wallMs + this.offsetMs;
  }

  private check(wallMs: number, sinceMs: number): void {
    const monotonicMs = performance.now();
    // Fake timers may replace the monotonic clock with one that starts at 0.
    const missingMs = Math.max(0, monotonicMs - this.monotonicMs) - sinceMs;
    if (missingMs > TOLERANCE_MS) this.offsetMs += Math.ceil(missingMs);
    this.checkedAtMs = wallMs;
    this.monotonicMs = monotonicMs;
  }
}

/** The clock of stores and caches in the memory of this process. */
export const steadyClock = new SteadyClock();
