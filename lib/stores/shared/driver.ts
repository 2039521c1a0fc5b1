/** The value of a key, with the incarnation of the server that returned it. */
export interface Found {
  readonly value: Buffer | undefined;
  /**
   * Identifies the data of the server. It changes whenever the server may have returned with older data: after a restart or a failover.
   * It may stay constant if a server always returns empty, or with all acknowledged writes.
   */
  readonly incarnation: string;
}

/**
 * The operations of a key-value server that a shared store needs. Keys are printable ASCII of at most 250 characters without spaces.
 * Values are bytes. Lifetimes are milliseconds; `Infinity` means no expiration. An operation rejects if the server is unreachable or
 * refuses. Callers bound the time of each operation. If the reply of an operation is lost, the server may still execute the operation at
 * any later time; the shared store allows for that.
 */
export interface Driver {
  /**
   * True if `compareAndSet`, `compareAndDelete` and `replace` are atomic: of two concurrent operations only one succeeds. If false, an aborted write
   * invalidates its targets too.
   */
  readonly hasAtomicCas: boolean;
  /** True if `extendTtl` has an effect. If false, generations have a long lifetime from the start. */
  readonly canExtendTtl: boolean;
  /**
   * The maximum length of a value in bytes. The store does not send a longer entry.
   *
   * @default Infinity
   */
  readonly maxValueBytes?: number;
  /**
   * The number of keys for each top-level generation, so that several servers share the look-ups.
   *
   * @default 1
   */
  readonly shards?: number;
  /** Returns the values of the keys, in the order of the keys, in one round trip. */
  getMany(keys: readonly string[]): Promise<readonly Found[]>;
  /** Returns the first bytes of a value, or no bytes if the key has no value. Needed for a near cache. */
  getRange?(key: string, bytes: number): Promise<Buffer>;
  set(key: string, value: Buffer, lifetimeMs: number): Promise<void>;
  /** Sets the key if it has no value. @returns true if the key was set */
  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean>;
  /** Sets the key if its value is `expected` (`undefined`: if it has no value). @returns true if the key was set */
  compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean>;
  /** Sets the key if its value begins with `start` (`undefined`: if it has no value). @returns true if the key was set */
  replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Deletes the key if its value is `expected`. @returns true if the key was deleted */
  compareAndDelete(key: string, expected: Buffer): Promise<boolean>;
  /** Extends the lifetime of the keys to at least `lifetimeMs` from now. Never shortens a lifetime. */
  extendTtl(keys: readonly string[], lifetimeMs: number): Promise<void>;
  /** Connects if there is no connection. If it fails, the driver retries. Called once, before any other operation. */
  open(onError: (error: unknown) => void): void;
  /** Describes what prevents a reply at present, for the report of a timeout. @returns undefined if nothing is known to */
  problem?(): string | undefined;
  close(): Promise<void>;
}
