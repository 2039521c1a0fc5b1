/** The clock of lifetimes; specs pass one that they move. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The clock of the machine. Processes that share a store compare its times, so it is the only clock they can agree on. */
export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that never goes back: if somebody sets the clock of the machine back, what has 60 seconds left still has 60 seconds left. If
 * somebody sets it forward, or the machine was suspended, this clock follows.
 */
export class SteadyClock implements Clock {
  private aheadMs = -Infinity;

  now(): number {
    const monotonicMs = performance.now();
    this.aheadMs = Math.max(this.aheadMs, systemClock.now() - monotonicMs);
    return Math.floor(monotonicMs + this.aheadMs);
  }
}
