/** Measures how long the event loop stands still: the longest time between two of its turns. */
export class LoopProbe {
  private last = performance.now();
  private longestMs = 0;
  private next: NodeJS.Immediate | undefined;

  start(): void {
    this.last = performance.now();
    this.longestMs = 0;
    this.next = setImmediate(() => this.turn());
  }

  /** @returns the longest pause in milliseconds */
  stop(): number {
    clearImmediate(this.next);
    return this.longestMs;
  }

  private turn(): void {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.last);
    this.last = now;
    this.next = setImmediate(() => this.turn());
  }
}
