/** What a key holds, and which life of the server said so. */
export interface Found {
  readonly value: Buffer | undefined;
  /**
   * Changes whenever the server that holds this key may have come back with older data than it had: after a restart, after a
   * failover. The same text otherwise. A server that comes back empty, or with all that it had acknowledged, may always give the same.
   */
  readonly incarnation: string;
}

/**
 * The little that a key-value server must be able to do to hold a shared cache. Keys are printable ASCII of at most 250 characters
 * without spaces; values are bytes; lifetimes are milliseconds, `Infinity` for no end. Each operation rejects when
 * the server cannot be reached or refuses, and never waits for a connection longer than its caller would: callers bound the time.
 * An operation whose answer was lost may still happen, at any time later: the algorithm above expects that.
 */
export interface Driver {
  /**
   * Whether `exchange` compares and sets in one step, so that of two at once only one happens. Where it does not, a change that failed
   * without having changed anything invalidates all the same.
   */
  readonly hasAtomicCas: boolean;
  /** Whether `extend` does what it says. Where it does not, what may be needed for long is given a long life from the start. */
  readonly canExtendTtl: boolean;
  /** The longest value that is worth sending. Default: any. */
  readonly maxValueBytes?: number;
  /** Over how many keys to spread what every look-up reads, where keys are of several servers. Default 1. */
  readonly shards?: number;
  /** What the keys hold, in their order. One round trip. */
  getMany(keys: readonly string[]): Promise<readonly Found[]>;
  /** The first bytes of what the key holds, none when it holds nothing: for a near cache. */
  getRange?(key: string, bytes: number): Promise<Buffer>;
  set(key: string, value: Buffer, lifetimeMs: number): Promise<void>;
  /** Sets unless the key holds something. @returns whether it did */
  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean>;
  /** Sets if the key holds exactly `expected` (`undefined`: nothing). @returns whether it did */
  compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean>;
  /** Sets if the key holds something that begins with `start` (`undefined`: if it holds nothing). @returns whether it did */
  replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Lets what the keys hold live at least so long from now; never shorter than it would. */
  extendTtl(keys: readonly string[], lifetimeMs: number): Promise<void>;
  /** Connects, if it is not connected already. May fail: then it goes on trying by itself. Called once, before all else. */
  open(onError: (error: unknown) => void): void;
  close(): Promise<void>;
}
