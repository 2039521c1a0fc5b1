/** Seconds that a timeout means: 0 is without end, as in Flask-Caching. */
export function lifetimeOf(timeout: number): number {
  return timeout === 0 ? Infinity : timeout;
}

/** Where lifetimes take their time from; specs hand in one that they move. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The time of day. Processes that share a store agree on it, as far as their clocks do. */
export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds after which the time of day is compared with the monotonic clock. */
const CHECK_MS = 1000;
/** Milliseconds that the two clocks may differ by because they are rounded, and read one after the other. */
const TOLERANCE_MS = 100;

/**
 * The time of day as it was when the clock was made, and from then on the time that has passed: a time of day that is set back does not
 * move this clock. It follows a time of day that is set forward, because the monotonic clock does not count the time in which a machine
 * sleeps. So lifetimes may end early, and never late.
 */
export class SteadyClock implements Clock {
  private offsetMs = 0;
  /** When the two clocks were compared: by the time of day, and by the monotonic clock. */
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
    // Fake timers may replace the monotonic clock by one that begins at 0.
    const missingMs = Math.max(0, monotonicMs - this.monotonicMs) - sinceMs;
    if (missingMs > TOLERANCE_MS) this.offsetMs += Math.ceil(missingMs);
    this.checkedAtMs = wallMs;
    this.monotonicMs = monotonicMs;
  }
}

/** For what lives in the memory of this process. */
export const steadyClock = new SteadyClock();
