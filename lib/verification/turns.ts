/** The maximum number of verifications that run, wait or pause without a limit of the budget, as in a test suite. */
const MAX_PENDING = 1000;
/** The same with a limit of the budget. Each may hold two bodies in memory. */
const MAX_PENDING_IN_BUDGET = 10;

/** The turns of verifications: one method runs at a time, within the budget. */
export class Turns {
  private readonly pending = new Set<Promise<unknown>>();
  private last: Promise<unknown> = Promise.resolve();
  private isRunning = false;
  /** The end of the rest that follows the last run, in milliseconds of `performance.now()`. */
  private restsUntilMs = 0;

  /** Returns true if a verification may begin. Without a limit of the budget it may wait for its turn, otherwise it never waits. */
  admits(budget: number): boolean {
    if (budget === 1) return this.pending.size < MAX_PENDING;
    return this.pending.size < MAX_PENDING_IN_BUDGET && !this.isRunning && performance.now() >= this.restsUntilMs;
  }

  /** Tracks a verification until it ends. It never rejects. */
  track(verification: Promise<unknown>): void {
    this.pending.add(verification);
    void verification.finally(() => this.pending.delete(verification));
  }

  /** Runs a method after the running one, in the asynchronous context of the caller. Then the methods rest. */
  async run<Result>(budget: number, method: () => Promise<Result>): Promise<Result> {
    const before = this.last;
    const run = this.runAfter(before, budget, method);
    this.last = run.catch(() => undefined);
    return run;
  }

  /** Resolves when no verification runs or waits. It keeps the process alive until then. */
  async allEnded(): Promise<void> {
    const keepsAlive = setInterval(() => undefined, 1000);
    while (this.pending.size > 0) await Promise.all(this.pending);
    clearInterval(keepsAlive);
  }

  private async runAfter<Result>(before: Promise<unknown>, budget: number, method: () => Promise<Result>): Promise<Result> {
    await before;
    this.isRunning = true;
    const beganMs = performance.now();
    try {
      return await method();
    } finally {
      const endedMs = performance.now();
      this.restsUntilMs = Math.max(endedMs, this.restsUntilMs) + (endedMs - beganMs) * (1 / budget - 1);
      this.isRunning = false;
    }
  }
}
