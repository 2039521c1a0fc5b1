/** A promise that the spec settles, as a barrier for a handler or a store operation. */
export class Deferred<Value = void> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Holds handlers, one after another, until the spec releases each of them. */
export class Gate {
  private readonly arrivals: Deferred<Deferred>[] = [];
  private arrived = 0;
  private awaited = 0;

  /** For the handler: reports its arrival, and waits. */
  async pass(): Promise<void> {
    const release = new Deferred();
    this.arrivalAt(this.arrived++).resolve(release);
    await release.promise;
  }

  /** For the spec: waits for the next handler to arrive. @returns a function that releases the handler */
  async next(): Promise<() => void> {
    const release = await this.arrivalAt(this.awaited++).promise;
    return () => {
      release.resolve();
    };
  }

  private arrivalAt(index: number): Deferred<Deferred> {
    return (this.arrivals[index] ??= new Deferred());
  }
}
